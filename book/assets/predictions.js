// Where the reader's answers are kept: in the reader's own browser, and nowhere else. The page "Your predictions" shows them,
// and writes them to a file.
"use strict";

window.Predictions = {
    key: "every-interleaving.predictions",

    // By page and number, `03-locks/lost-update#1`; the same in both languages.
    read() {
        try {
            const kept = JSON.parse(localStorage.getItem(this.key)) || {};
            return typeof kept === "object" && !Array.isArray(kept) ? kept : {};
        } catch {
            // No storage, or not ours.
            return {};
        }
    },

    write(kept) {
        try { localStorage.setItem(this.key, JSON.stringify(kept)); } catch { /* A browser may allow no storage. */ }
    },

    forget() {
        try { localStorage.removeItem(this.key); } catch { /* Then there is nothing to forget. */ }
    },

    // This page's name. The whole book on one page has none, and neither has a page that does not exist.
    page() {
        const edition = new URL(path_to_root || "./", document.baseURI).href;
        const name = location.href.replace(/[?#].*$/, "");
        if (document.querySelector("base") || !name.startsWith(edition)) { return null; }
        const page = name.slice(edition.length).replace(/\.html$/, "");
        return page === "print" ? null : page;
    },
};

(() => {
    const place = document.getElementById("your-answers");
    if (!place) { return; }
    const chinese = document.documentElement.lang.startsWith("zh");
    const say = chinese
        ? {
            none: "还没有回答过。", of: (found, total) => `答了 ${found.answered} 题，共 ${total} 题；第一次就对的有 ${found.right} 题。`,
            columns: ["页面", "问题", "你的第一个回答", "对不对", "次数"], right: "✓ 对", wrong: "✗ 不对",
            save: "存成文件", forget: "全部删除", sure: "删除这个浏览器里保存的全部回答？", gone: "全部回答已删除。",
        }
        : {
            none: "You have not answered any yet.", of: (found, total) => `Answered: ${found.answered} of ${total}. Right at the first try: ${found.right}.`,
            columns: ["Page", "Question", "Your first answer", "Right?", "Tries"], right: "✓ right", wrong: "✗ wrong",
            save: "Save as a file", forget: "Delete all", sure: "Delete all answers that this browser keeps?", gone: "All answers are deleted.",
        };
    const element = (tag, text, attributes = {}) => Object.assign(document.createElement(tag), { textContent: text, ...attributes });
    const total = place.dataset.total;
    const status = element("p", "");
    status.setAttribute("role", "status");
    const rest = document.createElement("div");
    place.append(status, rest);
    show();

    function show() {
        const kept = Object.entries(Predictions.read()).sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
        rest.replaceChildren();
        if (kept.length === 0) { status.textContent ||= say.none; return; }
        status.textContent = say.of({ answered: kept.length, right: kept.filter(([, answer]) => answer.right).length }, total);
        const save = element("button", say.save, { type: "button" });
        save.addEventListener("click", () => download(Object.fromEntries(kept)));
        const forget = element("button", say.forget, { type: "button" });
        forget.addEventListener("click", () => {
            if (!confirm(say.sure)) { return; }
            Predictions.forget();
            status.textContent = say.gone;
            show();
        });
        rest.append(save, " ", forget, table(kept));
    }

    function table(kept) {
        const head = element("tr", "");
        head.append(...say.columns.map((name) => element("th", name, { scope: "col" })));
        const rows = kept.map(([id, answer]) => {
            const [page, number] = id.split("#");
            const link = element("a", id, { href: `${page}.html#question-${Number(number)}` });
            const cell = document.createElement("td");
            cell.append(link);
            const row = document.createElement("tr");
            row.append(cell, ...[answer.question, answer.answer, answer.right ? say.right : say.wrong, answer.tries].map((text) => element("td", String(text))));
            return row;
        });
        const made = document.createElement("table");
        made.append(document.createElement("thead"), document.createElement("tbody"));
        made.tHead.append(head);
        made.tBodies[0].append(...rows);
        const wrapper = element("div", "", { className: "table-wrapper", tabIndex: 0 });
        wrapper.append(made);
        return wrapper;
    }

    function download(answers) {
        const text = JSON.stringify({ book: "Every Interleaving", version: 1, answers }, null, 2);
        const link = element("a", "", { download: "predictions.json", href: URL.createObjectURL(new Blob([text], { type: "application/json" })) });
        link.click();
        URL.revokeObjectURL(link.href);
    }
})();
