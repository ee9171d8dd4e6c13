// Predictions. In the page one is a list of options, and a closed <details> that says of each option why it is right or why it
// is tempting: all there is without JavaScript, and on paper. Here the options become buttons. Whoever chooses is told why, the
// right choice opens the program's output below, and the first choice is kept in the reader's browser.
"use strict";

(() => {
    const chinese = document.documentElement.lang.startsWith("zh");
    const not = chinese ? "✗ 不是这个。" : "✗ Not that one. ";
    const question = chinese ? "问题" : "Question";
    const kept = Predictions.read();
    const page = Predictions.page();

    document.querySelectorAll(".quiz").forEach((quiz, index, all) => {
        const id = page && `${page}#${index + 1}`;
        const ask = quiz.querySelector("p");
        ask.id ||= `question-${index + 1}`;
        const told = document.createElement("p");
        told.className = "quiz-told";
        told.setAttribute("role", "status");
        const list = quiz.querySelector("ol");
        list.setAttribute("aria-labelledby", ask.id);
        list.after(told);
        const whys = [...quiz.querySelectorAll("details > ol > li")];
        const items = [...list.children];
        const right = items.findIndex((item) => item.hasAttribute("data-right"));

        const mark = (choice) => {
            items[choice].classList.add(choice === right ? "quiz-right" : "quiz-wrong");
            items[choice].firstChild.setAttribute("aria-pressed", "true");
        };
        const unfold = () => outputsOf(quiz, all[index + 1]).forEach((output) => { output.open = true; });
        const choose = (choice) => {
            mark(choice);
            told.replaceChildren(choice === right ? "✓ " : not, ...whys[choice].cloneNode(true).childNodes);
            if (choice === right) { unfold(); }
            if (!id) { return; }
            const before = kept[id] || { first: choice, question: plain(ask), answer: items[choice].firstChild.textContent, tries: 0, when: new Date().toISOString() };
            if (!before.found) { kept[id] = { ...before, tries: before.tries + 1, right: before.first === right, found: choice === right }; }
            Predictions.write(kept);
        };
        items.forEach((item, choice) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...item.childNodes);
            button.setAttribute("aria-pressed", "false");
            item.append(button);
            button.addEventListener("click", () => choose(choice));
            // A letter on a button would open mdBook's search.
            button.addEventListener("keydown", (event) => {
                if (event.key.length === 1) { event.stopPropagation(); }
            });
        });

        // What was answered on an earlier visit, in either language.
        const earlier = id && kept[id];
        if (earlier && items[earlier.first]) {
            mark(earlier.first);
            if (earlier.found) { mark(right); unfold(); }
        }
    });

    // What the prediction is about: the folded outputs between it and the next one.
    function outputsOf(quiz, next) {
        const after = (a, b) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
        return [...document.querySelectorAll("details.output")].filter((output) => after(quiz, output) && !(next && after(next, output)));
    }

    // The question without the word before it.
    function plain(ask) {
        const text = ask.cloneNode(true);
        text.querySelector("strong")?.remove();
        return text.textContent.trim() || question;
    }
})();
