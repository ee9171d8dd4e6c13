// Ways through a state graph. Nothing here knows what a step means, or what a page is.
//
// A *path* says, from each state, which of its `next` edges to take. It is written in a link as one character a step.
"use strict";

window.Stepper = window.Stepper || {};

// Whether the end of a run is what a level asks for: `passes`, `fails`, or the kind of a failure.
Stepper.reaches = (goal, end) => Boolean(end) && (end.failure ? goal === "fails" || goal === end.failure.kind : goal === "passes");

Stepper.Graph = class {
    constructor(data, goal = null) {
        Object.assign(this, data);
        this.goal = goal;
        this.nodes.forEach((node) => { node.next = node.next || []; });
        // How many ways lead from each state to an end, to one that fails, and to the goal.
        this.ways = this.count(() => 1);
        this.failingWays = this.count((end) => (end.failure ? 1 : 0));
        this.winningWays = this.count((end) => (Stepper.reaches(goal, end) ? 1 : 0));
        const acting = new Set(this.nodes.flatMap((node) => node.next.map((edge) => edge.step.thread)));
        // Those who have something to do besides starting and joining others.
        this.actors = this.threads.map((_, id) => id).filter((id) => acting.has(id));
    }

    count(value) {
        const known = new Array(this.nodes.length);
        const visit = (index) => {
            if (known[index] === undefined) {
                const node = this.nodes[index];
                const here = node.end ? value(node.end) : 0;
                known[index] = node.next.reduce((sum, edge) => sum + visit(edge.to), here);
            }
            return known[index];
        };
        visit(0);
        return known;
    }

    // The states and edges on a path, the start first. Stops where the path makes no sense.
    walk(path) {
        const stops = [{ index: 0, node: this.nodes[0], edge: null }];
        for (const choice of path) {
            const edge = stops.at(-1).node.next[choice];
            if (!edge) { break; }
            stops.push({ index: edge.to, node: this.nodes[edge.to], edge });
        }
        return stops;
    }

    // Whether a run can end in this state. (It may have other ways on: the end of a program does not wait for its threads.)
    isEnd(node) {
        return node.next.length === 0;
    }

    // From a path, the way to the goal with the fewest steps; nothing if no way leads there.
    solution(path) {
        const start = this.walk(path).at(-1).index;
        if (this.winningWays[start] === 0) { return null; }
        const ways = new Map([[start, path]]);
        for (const [index, way] of ways) {
            const { next, end } = this.nodes[index];
            if (next.length === 0 && Stepper.reaches(this.goal, end)) { return way; }
            next.forEach((edge, choice) => { if (!ways.has(edge.to)) { ways.set(edge.to, [...way, choice]); } });
        }
        return null;
    }

    example(fails) {
        return this.examples.find((example) => example.fails === fails)?.path;
    }

    // The complete runs with the fewest switches between threads, up to `limit`. `wanted(fails)` says which.
    simplest(limit, wanted) {
        const found = [];
        const most = this.nodes.length;
        for (let allowed = 0; allowed <= most && found.length < limit; allowed += 1) {
            let deeper = false;
            const visit = (index, path, last, left) => {
                if (found.length >= limit) { return; }
                const node = this.nodes[index];
                if (this.isEnd(node)) {
                    const fails = Boolean(node.end?.failure);
                    if (left === 0 && wanted(fails)) { found.push({ path, fails, switches: allowed }); }
                    return;
                }
                const useful = (edge) => wanted(true) && this.failingWays[edge.to] > 0
                    || wanted(false) && this.ways[edge.to] > this.failingWays[edge.to];
                node.next.forEach((edge, choice) => {
                    const spent = last !== null && edge.step.thread !== last ? 1 : 0;
                    if (spent > left) { deeper = true; return; }
                    if (useful(edge)) { visit(edge.to, [...path, choice], edge.step.thread, left - spent); }
                });
            };
            visit(0, [], null, allowed);
            if (!deeper) { break; }
        }
        return found;
    }
};

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

Stepper.writePath = (path) => path.map((choice) => DIGITS[choice] || "?").join("");

Stepper.readPath = (text) => [...text].map((digit) => DIGITS.indexOf(digit)).filter((choice) => choice >= 0);
