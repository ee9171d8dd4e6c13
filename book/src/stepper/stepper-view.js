// Draws a stepper. The parts are made once and filled again after every step, so that the focus stays where it is.
"use strict";

window.Stepper = window.Stepper || {};

// The most interleavings that are offered in a list.
const OFFERED = 24;

Stepper.View = class {
    constructor(stepper) {
        this.stepper = stepper;
        this.graph = stepper.graph;
        this.say = stepper.say;
        this.root = element("div", "il-ui");
        this.root.setAttribute("role", "group");
        this.root.setAttribute("aria-label", `${stepper.graph.goal ? this.say.level : this.say.title}: ${stepper.id}`);
        this.lanes = new Stepper.Lanes(stepper, (edge) => this.sentence(edge));
        this.root.append(this.head(), this.code(), this.threads(), this.values(), this.told(), this.controls(), this.history(), this.chooser());
        stepper.append(this.root, this.paper());
    }

    head() {
        const head = element("div", "il-head");
        this.counts = element("span", "il-counts");
        const goal = this.stepper.querySelector(":scope > .il-goal");
        head.append(element("strong", "", goal ? this.say.level : this.say.title), this.counts);
        if (goal) { head.append(goal); }
        head.append(element("p", "il-help", this.say.help));
        return head;
    }

    // Every line that a step names, with the threads that stand at it.
    code() {
        const box = element("div", "il-code");
        box.tabIndex = 0;
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", `${this.say.code}: ${this.stepper.id}`);
        box.style.setProperty("--il-actors", this.graph.actors.length);
        this.lines = new Map();
        for (const [file, lines] of Object.entries(this.graph.sources)) {
            const listing = element("ol", "il-file");
            box.append(element("div", "il-name", file), listing);
            const numbers = Object.keys(lines).map(Number);
            const indent = Math.min(...numbers.filter((n) => lines[n].trim()).map((n) => lines[n].search(/\S/)));
            numbers.forEach((number, index) => {
                if (index > 0 && number > numbers[index - 1] + 1) { listing.append(element("li", "il-gap", "⋯")); }
                const line = element("li", "il-line");
                const marks = element("span", "il-marks");
                line.append(marks, element("span", "il-number", String(number)), element("code", "", lines[number].slice(indent) || " "));
                listing.append(line);
                this.lines.set(`${file}:${number}`, { line, marks });
            });
        }
        return box;
    }

    threads() {
        const box = element("div", "il-threads");
        this.cards = this.graph.actors.map((id) => {
            const card = element("div", `il-thread il-t${id % 5}`);
            const buttons = element("div", "il-go");
            const facts = element("div", "il-facts");
            card.append(element("div", "il-who", this.graph.thread_labels[id]), facts, buttons);
            box.append(card);
            return { id, buttons, facts, made: [] };
        });
        return box;
    }

    values() {
        this.shared = element("dl", "il-shared");
        this.shared.setAttribute("aria-label", this.say.shared);
        this.output = element("pre", "il-output");
        const box = element("div", "il-values");
        box.append(this.shared, this.output);
        return box;
    }

    // One live region for everything that is to be read out, in one piece.
    told() {
        this.status = element("p", "il-status");
        this.status.setAttribute("role", "status");
        return this.status;
    }

    controls() {
        const { stepper, say } = this;
        const bar = element("div", "il-bar");
        this.back = button(`◀ ${say.back}`, () => stepper.seek(stepper.position - 1));
        this.forward = button(`${say.forward} ▶`, () => stepper.forward());
        bar.append(button(say.restart, () => stepper.restart()), this.back, this.forward);
        if (this.graph.goal) {
            const tell = (ask) => button(ask.label, () => { this.status.textContent = ask.answer(); });
            bar.append(tell({ label: say.hint, answer: () => stepper.hint() }), tell({ label: say.showMe, answer: () => stepper.showMe() }));
        }
        this.link = element("a", "il-link", say.link);
        bar.append(this.link);
        return bar;
    }

    // Interleavings to look at: all, or those with the fewest switches.
    chooser() {
        const { graph, stepper, say } = this;
        const box = element("details", "il-chooser");
        const list = element("div", "il-runs");
        const all = graph.ways[0];
        const fill = (which) => {
            const wanted = (fails) => which === "all" || (which === "fails") === fails;
            const half = (fails) => graph.simplest(OFFERED / 2, (other) => other === fails && wanted(fails));
            const runs = all <= OFFERED ? graph.simplest(OFFERED, wanted) : [...half(true), ...half(false)];
            this.offered = runs.map((run) => {
                const names = graph.walk(run.path).slice(1).map((stop) => graph.thread_labels[stop.edge.step.thread]);
                const chip = button(turns(names), () => stepper.load(run.path));
                chip.className = `il-run ${run.fails ? "il-fails" : "il-passes"}`;
                chip.append(element("small", "", `${say.switches(run.switches)}, ${run.fails ? say.fails : say.passes}`));
                return { chip, key: Stepper.writePath(run.path), fails: run.fails };
            });
            list.replaceChildren(...this.offered.map(({ chip }) => chip));
            const total = which === "all" ? all : which === "fails" ? graph.failingWays[0] : all - graph.failingWays[0];
            note.textContent = runs.length === total ? say.chooseAll(total) : say.chooseSome(runs.length, total);
        };
        const note = element("p", "il-note");
        const select = element("select");
        select.setAttribute("aria-label", say.choose);
        select.append(...Object.entries(say.only).map(([value, text]) => Object.assign(element("option", "", text), { value })));
        select.addEventListener("change", () => { fill(select.value); this.render(); });
        box.append(element("summary", "", graph.goal ? say.spoils : say.choose));
        if (graph.failingWays[0] > 0) { box.append(select); }
        box.append(note, list);
        this.offered = [];
        box.addEventListener("toggle", () => {
            if (box.open && this.offered.length === 0) { fill("all"); this.render(); }
        });
        return box;
    }

    history() {
        const box = element("details", "il-history");
        box.open = true;
        box.append(element("summary", "", this.say.lanes), this.lanes.box);
        return box;
    }

    // What is printed instead: one run as a table, a failing one if there is one.
    paper() {
        const path = this.graph.example(true) || this.graph.example(false) || [];
        const table = element("table", "il-paper");
        const rows = this.graph.walk(path).slice(1).map((stop, index) => this.row(stop, index + 1));
        const end = this.graph.walk(path).at(-1).node.end;
        const body = element("tbody");
        body.append(...rows);
        const caption = element("caption", "", `${this.say.table(this.graph.program.name)} (${this.total()})`);
        table.append(caption, heading(this.say), body);
        if (end) {
            const cell = element("td", "", this.say.end(end));
            cell.colSpan = 4;
            const foot = element("tfoot");
            foot.append(element("tr"));
            foot.firstChild.append(cell);
            table.append(foot);
        }
        return table;
    }

    total() {
        return this.say.total(count(this.graph.ways[0]), this.graph.failingWays[0] && count(this.graph.failingWays[0]));
    }

    row(stop, number) {
        const { step } = stop.edge;
        const row = element("tr", `il-t${step.thread % 5}`);
        row.append(element("td", "", String(number)), element("td", "il-who", this.graph.thread_labels[step.thread]), element("td", "", this.sentence(stop.edge)), element("td", "", step.at ? String(step.at.line) : ""));
        return row;
    }

    // A step and what follows from it by itself, as far as it matters.
    sentence(edge) {
        const own = (step) => step.thread === edge.step.thread;
        const rest = (edge.then || []).filter((step) => step.op === "panic" || (step.op === "end" && own(step)));
        return this.say.step(edge) + rest.map((step) => this.say.then[step.op](step, own(step))).join("");
    }

    render() {
        const { stepper, graph, say } = this;
        const { node, index, edge } = stepper.here;
        this.counts.textContent = this.total();
        this.renderCode(node);
        this.cards.forEach((card) => this.renderThread(card, node));
        this.renderValues(node);
        const good = graph.goal ? stepper.won : !node.end?.failure;
        this.status.className = `il-status${stepper.over ? (good ? " il-good" : " il-bad") : ""}`;
        const parts = [edge ? say.did(stepper.position, graph.thread_labels[edge.step.thread], this.sentence(edge)) : say.start];
        if (graph.isEnd(node) && node.end) { parts.push(say.end(node.end)); }
        if (graph.goal) {
            if (stepper.over) { parts.push(!stepper.won ? say.lost : stepper.shown ? say.shown : say.won(stepper.position)); }
        } else if (!graph.isEnd(node)) { parts.push(say.ways(count(graph.ways[index]), graph.failingWays[index] && count(graph.failingWays[index]))); }
        this.status.textContent = parts.join(say.between);
        off(this.back, stepper.position === 0);
        off(this.forward, stepper.position === stepper.run.length && node.next.length !== 1);
        this.link.href = stepper.link();
        const run = Stepper.writePath(stepper.run);
        this.offered.forEach(({ chip, key, fails }) => {
            chip.setAttribute("aria-pressed", String(key === run));
            chip.classList.toggle("il-known", stepper.known.has(key));
            chip.dataset.mark = stepper.known.has(key) ? (fails ? "✗" : "✓") : "";
        });
        this.lanes.render();
    }

    renderCode(node) {
        for (const { line, marks } of this.lines.values()) {
            marks.replaceChildren();
            line.removeAttribute("aria-current");
            line.classList.remove("il-at");
        }
        this.graph.actors.forEach((id) => {
            const { at } = node.threads[id];
            const there = at && this.lines.get(`${at.file}:${at.line}`);
            if (!there) { return; }
            there.line.classList.add("il-at");
            there.line.setAttribute("aria-current", "step");
            there.marks.append(element("span", `il-mark il-t${id % 5}`, this.graph.thread_labels[id]));
        });
    }

    renderThread(card, node) {
        const { stepper, say, graph } = this;
        const name = graph.thread_labels[card.id];
        const state = node.threads[card.id];
        const facts = [];
        if (state.holds) { facts.push(say.holds(state.holds)); }
        if (state.seen) { facts.push(say.seen(state.seen)); }
        card.facts.textContent = facts.join(". ");
        const choices = node.next.map((edge, choice) => ({ edge, choice })).filter(({ edge }) => edge.step.thread === card.id);
        const wanted = Math.max(1, choices.length);
        while (card.made.length < wanted) {
            const made = button("", () => { if (made.choice !== null) { stepper.choose(made.choice); } });
            card.made.push(made);
            card.buttons.append(made);
        }
        card.made.forEach((made, index) => {
            const way = choices[index];
            made.hidden = index >= wanted;
            made.choice = way ? way.choice : null;
            off(made, !way);
            made.textContent = way ? say.go(name, say.asks(way.edge, choices.map(({ edge }) => edge))) : this.standing(state, name);
        });
    }

    standing(state, name) {
        if (state.phase === "blocked") { return this.say.stuck(name, this.say.wait(state.waits_for)); }
        return state.phase === "ended" || state.phase === "panicked" ? this.say.ended(name) : this.say.idle(name);
    }

    renderValues(node) {
        const items = [];
        node.objects.forEach((state, id) => {
            items.push(element("dt", "", this.graph.object_labels[id]), element("dd", "", this.say.object(id, state)));
        });
        this.shared.replaceChildren(...items);
        this.output.textContent = node.output || "";
        this.output.hidden = !node.output;
    }

    // Moves the focus to the first of a thread's ways on.
    focusOn(id) {
        this.cards.find((card) => card.id === id)?.made[0].focus();
    }
};

function element(tag, className = "", text = "") {
    const made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; }
    return made;
}

function button(text, act) {
    const made = element("button", "", text);
    made.type = "button";
    made.addEventListener("click", () => { if (made.getAttribute("aria-disabled") !== "true") { act(); } });
    return made;
}

// Not `disabled`: that would throw the focus off the button that was just pressed.
function off(made, isOff) {
    made.setAttribute("aria-disabled", String(isOff));
}

function heading(say) {
    const head = element("thead");
    const row = element("tr");
    row.append(...say.columns.map((text) => Object.assign(element("th", "", text), { scope: "col" })));
    head.append(row);
    return head;
}

function count(number) {
    return number.toLocaleString(document.documentElement.lang);
}

// `A A B` as `A×2 B`.
function turns(names) {
    const groups = [];
    names.forEach((name) => {
        if (groups.at(-1)?.name === name) { groups.at(-1).times += 1; }
        else { groups.push({ name, times: 1 }); }
    });
    return groups.map(({ name, times }) => (times > 1 ? `${name}×${times}` : name)).join(" ");
}
