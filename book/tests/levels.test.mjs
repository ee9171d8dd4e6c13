// The levels, without a browser: each can be won and can be lost, its buttons can be told apart, and the list has all of them.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import vm from "node:vm";

const book = new URL("../", import.meta.url);
const editions = { en: "src/", zh: "zh-CN/src/" };

/** The book's own code that walks graphs and puts them into words. */
async function stepper() {
    const window = {};
    const context = vm.createContext({ window });
    for (const name of ["stepper-graph", "stepper-words", "stepper-words-en", "stepper-words-zh"]) {
        vm.runInContext("var Stepper = window.Stepper = window.Stepper || {};" + await readFile(new URL(`src/stepper/${name}.js`, book), "utf8"), context);
    }
    return window.Stepper;
}

/** The levels in the pages of an edition: where, which, and what they ask for. */
async function levels(folder) {
    const root = new URL(folder, book);
    const found = [];
    for (const file of (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".md")).sort()) {
        const page = await readFile(new URL(file, root), "utf8");
        for (const [, id, goal, rest] of page.matchAll(/<interleaving-stepper id="([^"]+)" data-goal="([^"]+)">\n([^]*?)<\/interleaving-stepper>/g)) {
            const told = rest.match(/<p class="il-goal">(.+)<\/p>/)?.[1];
            const [, figure] = rest.match(/\{\{#include (\S+\.json)\}\}/);
            const graph = JSON.parse(await readFile(new URL(figure, new URL(file, root)), "utf8"));
            found.push({ file, id, goal, told, graph });
        }
    }
    return found;
}

const Stepper = await stepper();
const all = await levels(editions.en);

/** Every end that a run can come to, found by a search of its own: with the fewest steps to each kind. */
function ends(graph) {
    const steps = new Map([[0, 0]]);
    const kinds = new Map();
    for (const [index, number] of steps) {
        const { next = [], end } = graph.nodes[index];
        if (next.length === 0) {
            const kind = end.failure?.kind ?? "passes";
            if (end.failure && !kinds.has("fails")) { kinds.set("fails", number); }
            if (!kinds.has(kind)) { kinds.set(kind, number); }
        }
        for (const { to } of next) { if (!steps.has(to)) { steps.set(to, number + 1); } }
    }
    return kinds;
}

test("there are twelve levels or more from chapter 3 on", () => {
    assert(all.filter(({ file }) => !/^0[0-2]-/.test(file)).length >= 12, `${all.length} levels`);
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length, "each has a name of its own");
});

test("both editions have the same levels, each with a goal in words", async () => {
    const chinese = await levels(editions.zh);
    const bare = (list) => list.map(({ file, id, goal }) => `${file} ${id} ${goal}`);
    assert.deepEqual(bare(chinese), bare(all));
    for (const { id, told } of [...all, ...chinese]) { assert(told?.length > 5, id); }
    for (const { id, told } of chinese) { assert.match(told, /\p{Script=Han}/u, id); }
});

for (const { id, goal, graph: data } of all) {
    test(`${id} can be won and can be lost`, () => {
        const kinds = ends(data);
        assert(kinds.has(goal), `no run ends with ${goal}, only with ${[...kinds.keys()]}`);
        assert(data.nodes.some(({ next = [], end }) => next.length === 0 && !Stepper.reaches(goal, end)), `every run ends with ${goal}`);
        assert(kinds.get(goal) <= 25, `${kinds.get(goal)} steps are too many to find`);

        const graph = new Stepper.Graph(structuredClone(data), goal);
        const way = graph.solution([]);
        assert.equal(way.length, kinds.get(goal), "what is shown is the shortest way");
        const last = graph.walk(way).at(-1).node;
        assert(graph.isEnd(last) && Stepper.reaches(goal, last.end), "what is shown wins");
        assert(graph.winningWays[0] > 0 && graph.winningWays[0] < graph.ways[0]);
    });

    test(`${id}: what happens next depends on who goes, and on nothing that the reader does not see`, () => {
        for (const [index, { next = [] }] of data.nodes.entries()) {
            const decided = next.map(({ step }) => JSON.stringify([step.thread, step.choice, step.read?.value, step.read?.stale]));
            assert.equal(new Set(decided).size, decided.length, `state ${index}: ${decided}`);
            // Several ways on for one thread: the scheduler decides whom to wake, whether to wake for no reason, or what is read.
            for (const { step } of next) {
                const beside = next.filter((other) => other.step.thread === step.thread);
                assert(beside.every((other) => other.step.op === step.op && other.step.at?.line === step.at?.line), `state ${index}: ${step.op}`);
            }
        }
    });

    for (const language of Object.keys(editions)) {
        test(`${id}: what its buttons say can be told apart, and does not tell the result (${language})`, () => {
            const graph = new Stepper.Graph(structuredClone(data), goal);
            const say = Stepper.words(graph, language);
            const choice = { read: 0 };
            for (const { next, objects, threads, end } of graph.nodes) {
                const told = objects.map((state, id) => say.object(id, state));
                told.push(...threads.filter(({ waits_for: waits }) => waits).map(({ waits_for: waits }) => say.wait(waits)), end ? say.end(end) : "");
                assert(!told.some((text) => text.includes("undefined")), String(told));
                for (const thread of graph.actors) {
                    const mine = next.filter(({ step }) => step.thread === thread);
                    const told = mine.map((edge) => say.asks(edge, mine));
                    assert.equal(new Set(told).size, told.length, `one label for two buttons: ${told}`);
                    assert(told.every((text) => text && !text.includes("undefined")), String(told));
                    if (mine.length === 1) {
                        const { step } = mine[0];
                        for (const value of [step.read && `= ${step.read.value}`, step.value !== undefined && `= ${step.value}`, "→"].filter(Boolean)) {
                            assert(!told[0].includes(value), `${told[0]} tells ${value}`);
                        }
                        choice.read += 1;
                    }
                    for (const edge of mine) { assert(!say.step(edge).includes("undefined"), say.step(edge)); }
                }
            }
            assert(choice.read > 0);
        });
    }
}

test("a spurious wake-up, readers and writers, and weak memory are among them", () => {
    const steps = all.flatMap(({ graph }) => graph.nodes.flatMap(({ next = [] }) => next.map(({ step }) => step)));
    assert(steps.some(({ choice }) => choice?.kind === "spurious"), "a spurious wake-up");
    assert(all.some(({ graph }) => graph.objects.some(({ kind }) => kind === "rw_lock")), "readers and writers");
    assert(steps.some(({ read }) => read?.stale), "an old value");
});

test("one page lists them all, in both editions, and its links lead to them", async () => {
    for (const folder of Object.values(editions)) {
        const page = await readFile(new URL(`${folder}levels.md`, book), "utf8");
        const listed = [...page.matchAll(/^- \[.+?\]\(([^)#]*)#([^)]+)\).*data-level="([^"]+)"/gm)];
        assert.deepEqual(new Set(listed.map(([, , , id]) => id)), new Set(all.map(({ id }) => id)));
        for (const [, file, fragment, id] of listed) {
            assert.equal(fragment, id);
            assert.equal(file || "levels.md", all.find((level) => level.id === id).file);
        }
    }
});
