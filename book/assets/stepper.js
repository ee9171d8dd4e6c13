// <interleaving-stepper>: the reader runs the threads of a program in any order. The states and the steps between them come
// from the explorer, as JSON inside the element; what is beside that JSON stays where there is no JavaScript, and on paper.
//
//   <interleaving-stepper id="lost-update">
//   <script type="application/json">…</script>
//   <div class="il-fallback">… a picture …</div>
//   </interleaving-stepper>
//
// stepper-graph.js walks the graph, stepper-words*.js puts it into words, stepper-view.js draws it. This file holds the state:
// a run, how far the reader has gone in it, and the game.
"use strict";

Stepper.Element = class extends HTMLElement {
    connectedCallback() {
        if (this.view) { return; }
        const source = this.querySelector('script[type="application/json"]');
        this.say = null;
        try {
            this.graph = new Stepper.Graph(JSON.parse(source.textContent));
        } catch (error) {
            // The picture stays.
            console.error(`${this.id}: ${error.message}`);
            return;
        }
        this.say = Stepper.words(this.graph, document.documentElement.lang);
        this.run = [];
        this.position = 0;
        this.game = null;
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
        this.game = null;
        this.seek(0);
    }

    restart() {
        if (this.game?.over && !this.game.won) { this.game = { tries: this.game.tries, over: false }; }
        this.run = [];
        this.seek(0);
    }

    // The game: reach a state in which the run has failed.
    play() {
        this.run = [];
        this.game = { tries: 0, over: false };
        this.seek(0);
    }

    arrived() {
        const { node } = this.here;
        if (!this.graph.isEnd(node)) { return; }
        this.known.add(Stepper.writePath(this.run));
        if (this.game && !this.game.over) {
            this.game.tries += 1;
            this.game.over = true;
            this.game.won = Boolean(node.end?.failure);
        }
    }

    // Whose turn keeps a failure possible.
    hint() {
        const { graph, say, here } = this;
        if (graph.isEnd(here.node)) { return say.hintOver; }
        const good = here.node.next.filter((edge) => graph.failingWays[edge.to] > 0);
        const names = [...new Set(good.map((edge) => graph.thread_labels[edge.step.thread]))];
        return names.length > 0 ? say.hintGood(names) : say.hintBad;
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
            const choice = this.here.node.next.findIndex((edge) => edge.step.thread === Number(event.key));
            if (choice >= 0) { this.choose(choice); }
        }
        if (act || event.key.length === 1) { event.stopPropagation(); }
    }

    show() { this.view.render(); }
};

customElements.define("interleaving-stepper", Stepper.Element);
