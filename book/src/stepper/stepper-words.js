// What the stepper says, in English and in Chinese. `Stepper.words(graph, language)` puts a state graph's steps, waits and
// ends into words; it knows the operations of the trace format, and nothing about pages. The words themselves are in
// stepper-words-en.js and stepper-words-zh.js; each edition loads its own.
"use strict";

window.Stepper = window.Stepper || {};

Stepper.words = (graph, language) => {
    const chinese = language.startsWith("zh");
    const thread = (id) => graph.thread_labels[id];
    const object = (id) => graph.object_labels[id];
    const list = (ids) => ids.map(thread).join(chinese ? "、" : " and ");
    const say = chinese ? Stepper.chinese(thread, object, list) : Stepper.english(thread, object, list);

    // `step` as something that its thread does, `edge` for what it overwrote.
    say.step = (edge) => {
        const { step } = edge;
        const told = (say.operations[step.op] || say.other)(step);
        const gone = edge.overwrote ? say.overwrote(edge.overwrote) : "";
        const woken = step.wakes && step.op !== "notify" ? say.wakes(step.wakes) : "";
        return told + gone + woken;
    };

    // What the thread is about to do, without what comes of it. `beside` are all steps that it could take next: where they differ
    // in what the scheduler decides, such as whom a notification wakes, that is said too.
    say.asks = (edge, beside) => {
        const { step } = edge;
        const told = (say.intents[step.op] || say.other)(step);
        const others = beside.filter((other) => other !== edge);
        if (others.length === 0) { return told; }
        if (step.op === "notify") { return told + say.which.wakes(step.wakes || []); }
        if (step.read) { return told + (step.read.stale ? say.which.old(others.filter((other) => other.step.read?.stale).length, step.read) : say.which.newest); }
        return others.some((other) => other.step.op === step.op && !step.choice) ? say.step(edge) : told;
    };

    // What a blocked thread waits for.
    say.wait = (waits) => (say.waits[waits.for] || say.waits.time)(waits);

    // How a run ended.
    say.end = (end) => (end.failure ? `✗ ${say.failures[end.failure.kind](end.failure)}` : `✓ ${say.passed}`);

    // What is known of a shared object, or nothing if that is nothing to speak of.
    say.object = (id, state) => {
        const kind = graph.objects[id].kind;
        const told = say.objects[kind](state);
        const waiting = state.waiters ? say.waiting(state.waiters) : "";
        return told + waiting;
    };

    return say;
};
