// The threads' lanes, drawn as the run goes: a column for each thread, a row for each step. A lane is solid while its thread can go
// on, dotted while it waits, thick while it holds a lock, and it stops where the thread ends.
"use strict";

window.Stepper = window.Stepper || {};

Stepper.Lanes = class {
    constructor(stepper, sentence) {
        this.stepper = stepper;
        this.sentence = sentence;
        const { say, graph } = stepper;
        this.rows = document.createElement("tbody");
        const head = document.createElement("tr");
        head.append(this.cell("th", "", say.columns[0]));
        graph.actors.forEach((id) => head.append(this.cell("th", `il-who il-t${id % 5}`, graph.thread_labels[id])));
        [...head.children].forEach((name) => { name.scope = "col"; });
        const table = document.createElement("table");
        table.className = "il-lanes";
        this.foot = document.createElement("tfoot");
        table.append(document.createElement("thead"), this.rows, this.foot);
        table.tHead.append(head);
        this.box = document.createElement("div");
        this.box.className = "il-scroll";
        this.box.tabIndex = 0;
        this.box.setAttribute("role", "region");
        this.box.setAttribute("aria-label", `${say.lanes}: ${stepper.id}`);
        this.box.append(table);
    }

    cell(tag, className, text = "") {
        return Object.assign(document.createElement(tag), { className, textContent: text });
    }

    render() {
        const { stepper } = this;
        const rows = stepper.stops.slice(1).map((stop, index) => this.row(stop, index + 1));
        rows.forEach((row, index) => row.classList.toggle("il-todo", index >= stepper.position));
        const failure = stepper.over && stepper.here.node.end?.failure;
        this.foot.replaceChildren(...(failure ? [this.last(stepper.say.end(stepper.here.node.end))] : []));
        this.rows.replaceChildren(...rows);
        const current = rows[stepper.position - 1];
        if (current) { this.box.scrollTop = current.offsetTop - this.box.clientHeight / 2; }
    }

    row({ node, edge }, number) {
        const { say, graph } = this.stepper;
        const row = document.createElement("tr");
        row.append(this.cell("td", "", String(number)));
        const woken = [edge.step, ...(edge.then || [])].flatMap((step) => step.wakes || []);
        graph.actors.forEach((id) => {
            const acts = edge.step.thread === id;
            const { phase, holds } = node.threads[id];
            const lane = this.cell("td", `il-lane il-t${id % 5} il-is-${phase}${holds ? " il-holds" : ""}${acts ? " il-acts" : ""}`);
            if (acts) {
                lane.append(this.cell("span", "il-does", this.sentence(edge)));
                if (edge.step.at) { lane.append(" ", this.cell("small", "", say.lineOf(edge.step.at.line))); }
            } else if (woken.includes(id) && phase !== "ended") {
                lane.append(this.cell("small", "", `◀ ${say.lane.woken}`));
            }
            if (holds) { lane.title = say.lane.held(holds); }
            row.append(lane);
        });
        return row;
    }

    // How the run has failed, below all lanes.
    last(text) {
        const row = document.createElement("tr");
        row.append(Object.assign(this.cell("td", "", text), { colSpan: this.stepper.graph.actors.length + 1 }));
        return row;
    }
};
