// What mdBook does not do itself: a link to the other language, a search that finds Chinese, mdBook's own words in
// Chinese, printing on white, listings that begin at the margin, how long a page takes, and a level to play on the first page.
"use strict";

(() => {
    const chinese = document.documentElement.lang.startsWith("zh");

    languageLink();
    searchInChinese();
    if (chinese) { translateFrame(); }
    printOnWhite();
    sayHowLong();
    moveToMargin();
    reachWithKeyboard();
    loadStepper();
    playHere();

    // The Chinese edition lies in zh-CN/ below the English one, with the same page names and the same ids.
    function languageLink() {
        const bar = document.querySelector("#mdbook-menu-bar .right-buttons");
        if (!bar) { return; }
        const link = document.createElement("a");
        link.className = "language-link";
        link.lang = link.hreflang = chinese ? "en" : "zh-CN";
        link.textContent = chinese ? "English" : "中文";
        link.title = chinese ? "This page in English" : "本页的中文版";
        const point = () => { link.href = otherEdition(); };
        point();
        addEventListener("hashchange", point);
        bar.prepend(link);
    }

    function otherEdition() {
        const edition = new URL(path_to_root || "./", document.baseURI);
        const site = chinese ? new URL("../", edition) : edition;
        const other = chinese ? site : new URL("zh-CN/", site);
        // A page that does not exist has a base of its own, and no counterpart.
        const missing = document.querySelector("base") !== null;
        const page = missing ? "" : location.href.slice(edition.href.length).replace(/[?#].*$/, "");
        const target = new URL(page || "index.html", other);
        target.hash = missing ? "" : location.hash;
        return target.href;
    }

    // The index that mdBook ships knows words between spaces only, so no Chinese word is in it. It also holds the text
    // of every section. A question with a Chinese character is answered by looking through that text.
    function searchInChinese() {
        if (!window.elasticlunr) { return; }
        const load = elasticlunr.Index.load;
        elasticlunr.Index.load = (data) => {
            const index = load.call(elasticlunr.Index, data);
            const byWords = index.search.bind(index);
            const sections = Object.entries(data.documentStore.docs);
            index.search = (query, options) =>
                /\p{Script=Han}/u.test(query) ? byText(query, sections) : byWords(query, options);
            return index;
        };
    }

    function byText(query, sections) {
        const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
        const found = [];
        for (const [ref, doc] of sections) {
            const scores = terms.map((term) => score(term, doc));
            if (scores.every((each) => each > 0)) {
                const sum = scores.reduce((a, b) => a + b, 0);
                found.push({ ref, score: sum, doc: { ...doc, body: teaser(terms, doc.body) } });
            }
        }
        return found.sort((a, b) => b.score - a.score);
    }

    function score(term, doc) {
        const inText = doc.body.toLowerCase().split(term).length - 1;
        const inTitle = doc.title.toLowerCase().includes(term) ? 20 : 0;
        const inPath = doc.breadcrumbs.toLowerCase().includes(term) ? 5 : 0;
        return inTitle + inPath + Math.min(inText, 10);
    }

    // mdBook marks the hits of a teaser word by word, so each hit gets spaces around it.
    function teaser(terms, body) {
        const hits = terms.map((term) => body.toLowerCase().indexOf(term)).filter((at) => at >= 0);
        const start = Math.max(0, Math.min(...hits, body.length) - 40);
        let text = body.slice(start, start + 110);
        for (const term of terms) {
            const exactly = new RegExp(term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
            text = text.replace(exactly, (hit) => ` ${hit} `);
        }
        return `${start > 0 ? "… " : ""}${text} …`;
    }

    // mdBook's own words are English whatever the book's language.
    function translateFrame() {
        const words = {
            "Note": "说明", "Tip": "提示", "Important": "重要", "Warning": "警告", "Caution": "当心",
            "Toggle Table of Contents": "目录", "Table of contents": "目录", "Change theme": "更换主题",
            "Themes": "主题", "Search (`/`)": "搜索（/）", "Toggle Searchbar": "打开或关闭搜索",
            "Print this book": "打印本书", "Previous chapter": "上一页", "Next chapter": "下一页",
            "Page navigation": "翻页", "Search this book ...": "搜索本书……", "Copy to clipboard": "复制",
            "Auto": "自动", "Light": "亮色", "Keyboard shortcuts": "键盘快捷键",
        };
        const attributes = ["title", "aria-label", "placeholder"];
        for (const element of document.querySelectorAll(attributes.map((name) => `[${name}]`).join())) {
            for (const name of attributes) {
                const word = words[element.getAttribute(name)];
                if (word) { element.setAttribute(name, word); }
            }
        }
        for (const element of document.querySelectorAll(".blockquote-tag-title, .theme-popup .theme, .mdbook-help-title")) {
            const text = element.lastChild;
            text.textContent = words[text.textContent.trim()] || text.textContent;
        }
        const keys = ["按 ← 或 → 翻页", "按 S 或 / 搜索", "按 ? 显示本帮助", "按 Esc 关闭本帮助"];
        document.querySelectorAll("#mdbook-help-popup p").forEach((line, i) => { line.textContent = keys[i]; });
        const header = document.getElementById("mdbook-searchresults-header");
        if (header) { new MutationObserver(() => countInChinese(header)).observe(header, { childList: true }); }
    }

    function countInChinese(header) {
        const [, count, query] = header.textContent.match(/^(No|\d+) search results? for '(.*)'[:.]$/s) || [];
        if (count) { header.textContent = count === "No" ? `没有找到“${query}”。` : `找到 ${count} 处“${query}”：`; }
    }

    // mdBook prints in the reader's theme, dark background included. Its sheet for the light theme is not even loaded then,
    // so paper gets one of its own.
    function printOnWhite() {
        const page = document.documentElement;
        const themes = ["light", "rust", "coal", "navy", "ayu"];
        for (const id of ["mdbook-ayu-highlight-css", "mdbook-tomorrow-night-css"]) {
            document.getElementById(id).media = "screen";
        }
        const light = document.createElement("link");
        light.rel = "stylesheet";
        light.media = "print";
        light.href = document.getElementById("mdbook-highlight-css").href;
        document.head.append(light);
        let worn = [];
        addEventListener("beforeprint", () => {
            worn = themes.filter((theme) => page.classList.contains(theme));
            page.classList.remove(...worn);
            page.classList.add("light");
        });
        addEventListener("afterprint", () => {
            page.classList.remove("light");
            page.classList.add(...worn);
        });
    }

    // A method is indented in its file. Here it stands alone.
    function moveToMargin() {
        for (const listing of document.querySelectorAll("main pre > code:is(.language-rust, .language-python)")) {
            const lines = listing.textContent.split("\n").filter((line) => line.trim());
            const indent = Math.min(...lines.map((line) => line.search(/\S/)));
            if (lines.length > 0 && indent > 0) { cutIndent(listing, indent); }
        }
    }

    // The highlighter has made elements of the words, so a line goes on from one text to the next.
    function cutIndent(listing, indent) {
        const texts = document.createTreeWalker(listing, NodeFilter.SHOW_TEXT);
        let left = indent;
        while (texts.nextNode()) {
            let kept = "";
            for (const character of texts.currentNode.data) {
                if (left > 0 && character === " ") { left -= 1; continue; }
                left = character === "\n" ? indent : 0;
                kept += character;
            }
            texts.currentNode.data = kept;
        }
    }

    // The minutes that a page takes: its words, its visible code, which is read a line at a time, what programs print, which is glanced at,
    // and what there is to do. The numbers come from a reader of chapters 0 to 7 who knew no Rust. A summary repeats what has been learned, and
    // an assignment's page asks for it: nothing on them is new, and they take half as long.
    function sayHowLong() {
        const main = document.querySelector(".content main");
        const titles = main?.querySelectorAll("h1") ?? [];
        // The page for printing has all pages in it, and one that does not exist is nothing to read.
        if (titles.length !== 1 || document.querySelector("base")) { return; }
        const seen = main.cloneNode(true);
        for (const part of seen.querySelectorAll("details, script, svg, interleaving-stepper")) { part.remove(); }
        let lines = 0;
        for (const listing of seen.querySelectorAll("pre")) {
            const weight = listing.querySelector("code.output") ? 0.25 : 1;
            lines += weight * listing.textContent.split("\n").filter((line) => line.trim()).length;
            listing.remove();
        }
        const han = seen.textContent.match(/\p{Script=Han}/gu)?.length ?? 0;
        const words = seen.textContent.replace(/\p{Script=Han}/gu, " ").match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0;
        const predictions = main.querySelectorAll(".quiz").length;
        const levels = main.querySelectorAll("interleaving-stepper").length;
        const changes = main.querySelectorAll("#change").length;
        const [, known] = location.pathname.match(/\/(summary|assignment)\.html$/) ?? [];
        const studied = words / 150 + han / 265 + lines / 10 + predictions + 2 * levels;
        const minutes = Math.max(1, Math.round(known ? studied / 2 : studied));
        // Beside the hours that the assignment itself takes.
        const [reading, toRead] = known === "assignment" ? ["读题", " to read"] : ["", ""];
        const said = document.createElement("p");
        said.className = "minutes";
        said.textContent = chinese
            ? `${reading}约 ${minutes} 分钟${changes > 0 ? "，另加改动的 5 分钟" : ""}`
            : `About ${minutes} ${minutes === 1 ? "minute" : "minutes"}${toRead}${changes > 0 ? ", and 5 for the change" : ""}`;
        titles[0].after(said);
    }

    // What is wider than its page can be scrolled; so the keyboard must get there.
    function reachWithKeyboard() {
        for (const block of document.querySelectorAll(".content main pre > code, .content main .table-wrapper")) {
            block.tabIndex = 0;
        }
    }

    // The first page is light: the level that it offers comes from its own page, when the reader wants to play. Where that
    // fails, and without JavaScript, the link leads there.
    function playHere() {
        for (const link of document.querySelectorAll("a.play-link")) {
            link.addEventListener("click", async (event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
                event.preventDefault();
                try {
                    const answer = await fetch(link.href);
                    if (!answer.ok) { throw new Error(answer.statusText); }
                    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
                    const level = page.getElementById(link.hash.slice(1));
                    if (!level) { throw new Error(`no ${link.hash}`); }
                    link.closest(".play").replaceWith(level);
                    loadStepper();
                    await customElements.whenDefined(level.localName);
                    level.querySelector("button")?.focus();
                } catch {
                    location.assign(link.href);
                }
            });
            // A run that somebody shared.
            if (new URLSearchParams(location.search).has("run")) { link.click(); }
        }
    }

    // The stepper is loaded where there is one, and where the levels that were won are listed. It lies in the English edition, for both.
    function loadStepper() {
        if (!document.querySelector("interleaving-stepper, [data-level]")) { return; }
        const edition = new URL(path_to_root || "./", document.baseURI);
        const folder = new URL(chinese ? "../stepper/" : "stepper/", edition);
        const words = chinese ? "stepper-words-zh" : "stepper-words-en";
        for (const name of ["stepper-words", words, "stepper-graph", "stepper-lanes", "stepper-view", "stepper"]) {
            // In this order, whichever comes first.
            document.head.append(Object.assign(document.createElement("script"), { src: new URL(`${name}.js`, folder).href, async: false }));
        }
    }
})();
