// <interleaving-stepper>: the reader runs the threads of a program in any order. The states and the steps between them come
// from the explorer, as JSON inside the element; what is beside that JSON stays where there is no JavaScript, and on paper.
//
//   <interleaving-stepper id="lost-update" data-goal="panic">
//   <p class="il-goal">…</p>
//   <script type="application/json">…</script>
//   <div class="il-fallback">… a picture …</div>
//   </interleaving-stepper>
//
// With a goal it is a level: `data-goal` is the kind of failure to bring about, `fails` for any, or `passes`. Without one it is a program to look at.
//
// stepper-graph.js walks the graph, stepper-words*.js puts it into words, stepper-view.js and stepper-lanes.js draw it. This file
// holds the state: a run, and how far the reader has gone in it.
"use strict";

Stepper.Element = class extends HTMLElement {
    connectedCallback() {
        if (this.view) { return; }
        const source = this.querySelector('script[type="application/json"]');
        this.say = null;
        try {
            this.graph = new Stepper.Graph(JSON.parse(source.textContent), this.dataset.goal);
        } catch (error) {
            // The picture stays.
            console.error(`${this.id}: ${error.message}`);
            return;
        }
        this.say = Stepper.words(this.graph, document.documentElement.lang);
        this.run = [];
        this.position = 0;
        this.shown = false;
        this.known = new Set();
        this.fromLink();
        this.view = new Stepper.View(this);
        this.classList.add("il-on");
        this.addEventListener("keydown", (event) => this.key(event));
        this.show();
    }

    // `?run=ID:PATH` in the page's address.
    fromLink() {
        const [id, path] = (new URLSearchParams(location.search).get("run") || "").split(":");
        if (id !== this.id || path === undefined) { return; }
        this.run = Stepper.readPath(path);
        this.run.length = this.graph.walk(this.run).length - 1;
        this.position = this.run.length;
    }

    link() {
        const path = Stepper.writePath(this.run.slice(0, this.position));
        return `?run=${encodeURIComponent(this.id)}:${path}#${encodeURIComponent(this.id)}`;
    }

    // Where the reader is, and the steps of the run on both sides of it.
    get stops() { return this.graph.walk(this.run); }
    get here() { return this.stops[this.position]; }

    // Takes one of the edges that lead on. What was to come of the run is forgotten, unless this was it.
    choose(choice) {
        if (!this.here.node.next[choice]) { return; }
        if (this.run[this.position] !== choice) { this.run = [...this.run.slice(0, this.position), choice]; }
        this.position += 1;
        this.arrived();
        this.show();
    }

    seek(position) {
        this.position = Math.max(0, Math.min(position, this.run.length));
        this.show();
    }

    // Along the run, and where it ends, on, if there is one way only.
    forward() {
        const { next } = this.here.node;
        if (this.position < this.run.length) { this.choose(this.run[this.position]); }
        else if (next.length === 1) { this.choose(0); }
    }

    load(path) {
        this.run = path;
        this.shown = true;
        this.seek(0);
    }

    restart() {
        this.run = [];
        this.shown = false;
        this.seek(0);
    }

    arrived() {
        const { node } = this.here;
        if (!this.graph.isEnd(node)) { return; }
        this.known.add(Stepper.writePath(this.run.slice(0, this.position)));
        if (this.won && !this.shown) { Stepper.Solved.add(this.id); }
    }

    get over() { return this.graph.isEnd(this.here.node); }
    get won() { return this.over && Stepper.reaches(this.graph.goal, this.here.node.end); }

    // Lays out a way to the goal, from here if there is one, else from the start. Says what it has done.
    showMe() {
        const here = this.run.slice(0, this.position);
        const from = this.graph.solution(here) ? here : [];
        this.run = this.graph.solution(from);
        this.shown = true;
        this.seek(from.length);
        return this.say.showing(this.run.length - from.length);
    }

    // Whose turn keeps the goal in reach.
    hint() {
        const { graph, say, here } = this;
        if (this.over) { return say.hintOver; }
        const good = here.node.next.filter((edge) => graph.winningWays[edge.to] > 0);
        const names = [...new Set(good.map((edge) => graph.thread_labels[edge.step.thread]))];
        return names.length > 0 ? say.hintGood(names) : say.noWay;
    }

    // Keys that mdBook would take for its own: arrows turn the page, letters open the search.
    key(event) {
        if (event.altKey || event.ctrlKey || event.metaKey) { return; }
        const act = { ArrowLeft: () => this.seek(this.position - 1), ArrowRight: () => this.forward(), Home: () => this.seek(0), End: () => this.seek(this.run.length) }[event.key];
        const inText = event.target.closest("select, input");
        if (act && !inText) {
            act();
            event.preventDefault();
        } else if (/^[0-9]$/.test(event.key) && !inText) {
            // Where a thread has several ways on, its buttons say which is which, and have to be chosen from.
            const ways = this.here.node.next.map((edge, choice) => ({ edge, choice })).filter(({ edge }) => edge.step.thread === Number(event.key));
            if (ways.length === 1) { this.choose(ways[0].choice); }
            else if (ways.length > 1) { this.view.focusOn(Number(event.key)); }
        }
        if (act || event.key.length === 1) { event.stopPropagation(); }
    }

    show() { this.view.render(); }
};

// The levels that the reader has won, in the reader's own browser.
Stepper.Solved = {
    key: "every-interleaving.levels",
    all() {
        try { return new Set(JSON.parse(localStorage.getItem(this.key)) || []); } catch { return new Set(); }
    },
    add(id) {
        try { localStorage.setItem(this.key, JSON.stringify([...this.all().add(id)])); } catch { /* A browser may allow no storage. */ }
    },
};

// The page that lists the levels says which are won.
document.querySelectorAll("[data-level]").forEach((place) => {
    if (!Stepper.Solved.all().has(place.dataset.level)) { return; }
    place.textContent = document.documentElement.lang.startsWith("zh") ? "✓ 赢过" : "✓ won";
});

customElements.define("interleaving-stepper", Stepper.Element);
