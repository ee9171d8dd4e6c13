// Quizzes. In the page a quiz is a list and a closed <details> with the answer, which is all there is without JavaScript.
// Here the list's items become buttons: the reader chooses, is told, and the answer opens.
"use strict";

(() => {
    const chinese = document.documentElement.lang.startsWith("zh");
    const right = chinese ? "✓ 对。" : "✓ Right.";
    const wrong = chinese ? "✗ 不对，再想想，或看下面的答案。" : "✗ Not that one. Try again, or open the answer.";

    document.querySelectorAll(".quiz").forEach((quiz) => {
        const told = document.createElement("p");
        told.className = "quiz-told";
        told.setAttribute("role", "status");
        const items = [...quiz.querySelectorAll("ol > li")];
        items.forEach((item) => {
            const button = document.createElement("button");
            button.type = "button";
            button.append(...item.childNodes);
            item.append(button);
            button.addEventListener("click", () => {
                const isRight = item.hasAttribute("data-right");
                item.classList.add(isRight ? "quiz-right" : "quiz-wrong");
                button.setAttribute("aria-pressed", "true");
                told.textContent = isRight ? right : wrong;
                if (isRight) { quiz.querySelector("details").open = true; }
            });
            // A letter on a button would open mdBook's search.
            button.addEventListener("keydown", (event) => {
                if (event.key.length === 1) { event.stopPropagation(); }
            });
        });
        quiz.querySelector("ol").after(told);
    });
})();
