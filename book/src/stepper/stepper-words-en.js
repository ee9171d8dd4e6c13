// The English words of the stepper; see stepper-words.js.
"use strict";

Stepper.english = (thread, object, list) => {
    const standing = (waits) =>
        waits
            .filter((wait) => wait.waits_for)
            .map((wait) => `${thread(wait.thread)} ${say.wait(wait.waits_for)}`)
            .join("; ");
    const fail = (count) => (count === "1" ? "fails" : "fail");
    const old = (read) => (read.stale ? `, an old value: the newest is ${read.stale.newest}` : "");
    const outcome = (s, ways, done) => `${ways[s.outcome] || done} ${object(s.channel)}`;
    const say = {
        title: "Step through it yourself",
        help: "Pick who goes next. Arrow keys: undo and forward. A digit: the thread with that number.",
        code: "The code",
        shared: "What they share",
        go: (name, does) => `${name}: ${does}`,
        stuck: (name, waits) => `${name} ${waits}`,
        ended: (name) => `${name} has ended`,
        idle: (name) => `${name} has nothing to do now`,
        holds: (ids) => `holds ${ids.map(object).join(", ")}`,
        seen: (seen) => seen.map(({ atomic, value }) => `last saw ${object(atomic)} = ${value}`).join(", "),
        printed: "printed so far",
        restart: "Start over",
        back: "Undo",
        forward: "Forward",
        level: "You are the scheduler",
        won: (steps) => `You have won, in ${steps} steps.`,
        shown: "That is how it goes. Start over and do it without help.",
        lost: "You have lost: this run ends in another way. Undo a step, or start over.",
        showMe: "Show me",
        showing: (steps) => `A way to the goal is ready, ${steps} steps from here. Follow it with Forward.`,
        noWay: "From here no way leads to the goal. Undo a step, or start over.",
        hint: "Hint",
        hintGood: (names) => `The goal can still be reached if the next one is ${names.join(" or ")}.`,
        hintOver: "This run has ended. Undo a step, or start over.",
        start: "Nothing has run yet.",
        did: (number, name, does) => `${number}. ${name} ${does}.`,
        ways: (all, failing) => {
            if (all === "1") { return `From here there is one interleaving, and it ${failing === 0 ? "ends well" : "fails"}.`; }
            return failing === 0 ? `From here there are ${all} interleavings, and none fails.` : `From here there are ${all} interleavings;  ${failing} of them ${fail(failing)}.`;
        },
        total: (all, failing) => (failing === 0 ? `${all} interleavings, none fails` : `${failing} of ${all} interleavings ${fail(failing)}`),
        choose: "Choose an interleaving",
        spoils: "All interleavings (this gives the solution away)",
        chooseAll: (count) => `All ${count} interleavings`,
        chooseSome: (count, all) => `${count} of ${all} interleavings: those with the fewest switches`,
        only: { all: "all", fails: "those that fail", passes: "those that end well" },
        switches: (count) => (count === 1 ? "1 switch" : `${count} switches`),
        fails: "fails",
        passes: "ends well",
        steps: "The steps so far",
        table: (name) => `One run of ${name}`,
        lanes: "The threads' lanes so far",
        lane: { held: (ids) => `holds ${ids.map(object).join(", ")}`, ended: "ended", blocked: "waits", woken: "can go on" },
        lineOf: (line) => `line ${line}`,
        columns: ["Step", "Thread", "What it does", "Line"],
        link: "Link to this run",
        then: { panic: (step, own) => `${own ? ", and panics" : `; then ${thread(step.thread)} panics`}: ${step.message}`, end: () => ", and ends" },
        between: " ",
        passed: "Ends well.",
        broken: "The figure cannot be read.",
        overwrote: (gone) => `, over ${thread(gone.by)}'s ${gone.value}, which it never read`,
        wakes: (ids) => `; ${list(ids)} can go on`,
        waiting: (ids) => `; ${list(ids)} ${ids.length === 1 ? "waits" : "wait"}`,
        other: (step) => (step.call ? `calls ${step.call}` : "goes on"),
        // What is about to be done.
        intents: {
            load: (s) => `reads ${object(s.atomic)}`,
            store: (s) => `writes ${object(s.atomic)}`,
            update: (s) => `calls ${s.call || "an update"} on ${object(s.atomic)}`,
            fence: () => "runs a fence",
            lock: (s) => `locks ${object(s.lock)}${s.mode === "shared" ? " for reading" : ""}`,
            try_lock: (s) => `tries to lock ${object(s.lock)}`,
            unlock: (s) => `unlocks ${object(s.lock)}`,
            wait: (s) => `unlocks ${object(s.lock)} and waits on ${object(s.condvar)}${s.choice?.kind === "spurious" ? ", and will wake although nobody notifies it" : ""}`,
            wake: (s) => ({ spurious: "wakes although nobody notified it", timeout: "wakes because its time is over" })[s.choice?.kind] || "wakes and locks again",
            notify: (s) => `calls ${s.all ? "notify_all" : "notify_one"} on ${object(s.condvar)}`,
            park: (s) => ({ spurious: "returns from park although nobody unparked it", timeout: "returns from park because its time is over" })[s.choice?.kind] || "goes on after parking",
            barrier: (s) => `comes to ${object(s.barrier)}`,
            once_get: (s) => `looks at ${object(s.once)}`,
            send: (s) => `sends on ${object(s.channel)}`,
            receive: (s) => `receives from ${object(s.channel)}`,
            panic: () => "goes on",
            join: (s) => `joins ${thread(s.child)}`,
            unpark: (s) => `unparks ${thread(s.target)}`,
            start: () => "starts",
            end: () => "ends",
        },
        which: {
            wakes: (ids) => (ids.length === 0 ? "" : `, for ${list(ids)}`),
            newest: ", the newest value",
            old: (others, read) => (others === 0 ? ", an older value" : `, an older value: ${read.value}`),
        },
        operations: {
            load: (s) => `reads ${object(s.atomic)} = ${s.read.value}${old(s.read)}`,
            store: (s) => `writes ${object(s.atomic)} = ${s.value}`,
            update: (s) =>
                s.value === undefined
                    ? `${s.call || "updates"} ${object(s.atomic)}: fails, it is ${s.read.value}`
                    : `${s.call || "updates"} ${object(s.atomic)}: ${s.read.value} → ${s.value}`,
            fence: () => "passes a fence",
            lock: (s) => `locks ${object(s.lock)}${s.mode === "shared" ? " for reading" : ""}`,
            try_lock: (s) => (s.acquired ? `tries ${object(s.lock)} and has it` : `tries ${object(s.lock)}: it is taken`),
            unlock: (s) => `unlocks ${object(s.lock)}`,
            wait: (s) => `gives ${object(s.lock)} back and waits on ${object(s.condvar)}${s.choice?.kind === "spurious" ? ", and will wake although nobody notifies it" : ""}`,
            wake: (s) => {
                const why = { spurious: "though nobody notified it, ", timeout: "because the time is over, " }[s.choice?.kind] || "";
                return `wakes up, ${why}and locks ${object(s.lock)}`;
            },
            notify: (s) => {
                const call = s.all ? "notify_all" : "notify_one";
                return s.wakes ? `calls ${call} on ${object(s.condvar)}: wakes ${list(s.wakes)}` : `calls ${call} on ${object(s.condvar)}: nobody waits, it is lost`;
            },
            park: (s) => (s.choice?.kind === "timeout" ? "stops parking: the time is over" : "parks, and goes on"),
            unpark: (s) => `unparks ${thread(s.target)}`,
            spawn: (s) => `spawns ${thread(s.child)}`,
            join: (s) => `joins ${thread(s.child)}`,
            start: () => "starts",
            end: () => "ends",
            panic: (s) => `panics: ${s.message}`,
            exit: (s) => `exits with code ${s.code}`,
            abort: () => "aborts",
            yield: () => "yields",
            sleep: () => "has slept",
            barrier: (s) => (s.leader ? `is the last at ${object(s.barrier)} and opens it` : `passes ${object(s.barrier)}`),
            once_begin: (s) => `starts to initialise ${object(s.once)}`,
            once_end: (s) => `has initialised ${object(s.once)}`,
            once_get: (s) => `looks at ${object(s.once)}: ${s.ready ? "initialised" : "not initialised"}`,
            send: (s) =>
                outcome(s, { would_block: "finds no room in", disconnected: "finds nobody at", timed_out: "gives up on" }, "sends on"),
            receive: (s) =>
                outcome(s, { would_block: "finds nothing in", disconnected: "hears that nobody sends on", timed_out: "gives up on" }, "receives from"),
            close: (s) => `closes its side of ${object(s.channel)}`,
        },
        waits: {
            lock: (w) => `waits for ${object(w.lock)}` + (w.held_by?.length ? `, held by ${list(w.held_by)}` : ""),
            notify: (w) => `waits for a notification of ${object(w.condvar)}`,
            join: (w) => `waits for ${thread(w.thread)} to end`,
            unpark: () => "is parked until somebody unparks it",
            barrier: (w) => `waits for the others at ${object(w.barrier)}`,
            message: (w) => `waits for a message in ${object(w.channel)}`,
            room: (w) => `waits for room in ${object(w.channel)}`,
            change: (w) => `spins until ${w.atomics.map(object).join(" or ")} changes`,
            time: () => "waits for time to pass",
        },
        failures: {
            panic: (f) => `${thread(f.thread)} panics: ${f.message}`,
            deadlock: (f) => `Deadlock. ${standing(f.waits)}.`,
            livelock: (f) => `Livelock. ${standing(f.spins)}.`,
            leak: (f) => `The program has ended, and ${list(f.threads.map((wait) => wait.thread))} had not.`,
            poisoned: (f) => `${thread(f.thread)} finds ${object(f.lock)} poisoned.`,
            exit: (f) => `${thread(f.thread)} ends the process.`,
        },
        objects: {
            atomic: (s) => `= ${s.value}` + (s.stored_by === undefined ? "" : `, by ${thread(s.stored_by)}`),
            mutex: (s) => (s.held_by ? `held by ${list(s.held_by)}` : "free") + (s.poisoned ? ", poisoned" : ""),
            rw_lock: (s) => (s.held_by ? `${s.shared ? "read" : "held"} by ${list(s.held_by)}` : "free"),
            condvar: (s) => (s.waiters ? "" : "nobody waits"),
            barrier: () => "",
            once: (s) => (s.ready ? "initialised" : "empty"),
            channel: (s) => `${s.messages || 0} in it` + (s.closed ? ", closed" : ""),
        },
    };
    return say;
};
