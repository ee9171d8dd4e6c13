// What a reader does with the book: searches, changes the language, gets lost, prints.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { complaints, editions, launch, wear } from "./browser.mjs";
import { buildBook, serveBook } from "./serve.mjs";

let server;
let built;
let browser;
before(async () => {
    server = await serveBook();
    built = await buildBook();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.stop();
    await built?.remove();
});

async function open(url) {
    const page = await browser.newPage();
    const found = complaints(page);
    await page.goto(url, { waitUntil: "load" });
    return { page, found };
}

/** Types into the search field and gives what it finds: the count's text, and the results' texts and addresses. */
async function search(page, query) {
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement.id === "mdbook-searchbar");
    await page.keyboard.type(query);
    // mdBook searches when a key goes up; whoever writes Chinese has just pressed one to choose the characters.
    await page.keyboard.press("Shift");
    await page.waitForFunction(
        (query) => document.getElementById("mdbook-searchresults-header").textContent.includes(query), {}, query);
    return page.evaluate(() => ({
        header: document.getElementById("mdbook-searchresults-header").textContent,
        results: [...document.querySelectorAll("#mdbook-searchresults li")]
            .map((item) => ({ text: item.textContent, url: item.querySelector("a").href })),
    }));
}

for (const [edition, query] of [["", "deadlock"], ["zh-CN/", "死锁"], ["zh-CN/", "deadlock"]]) {
    for (const where of ["served", "from files"]) {
        test(`${edition || "en/"}: a search finds ${query}, ${where}`, async () => {
            const root = where === "served" ? server.address : pathToFileURL(built.site).href;
            const { page, found } = await open(`${root}${edition}index.html`);
            const { header, results } = await search(page, query);
            assert(results.length >= 3, header);
            const hits = results.filter(({ text }) => text.toLowerCase().includes(query));
            assert(hits.length >= 3, `the teasers show the word: ${JSON.stringify(results.slice(0, 3))}`);
            await page.goto(results[0].url, { waitUntil: "load" });
            const text = await page.$eval("main", (main) => main.textContent.toLowerCase());
            assert(text.includes(query), `${results[0].url} has the word`);
            assert.deepEqual(found, []);
            await page.close();
        });
    }
}

test("a search for Chinese words that nobody wrote finds nothing, and says so", async () => {
    const { page } = await open(`${server.address}zh-CN/index.html`);
    const { header, results } = await search(page, "死锁鲸鱼");
    assert.deepEqual(results, []);
    assert.match(header, /没有找到/);
    await page.close();
});

test("the language changes and the page stays, as does the section", async () => {
    for (const root of [server.address, pathToFileURL(built.site).href]) {
        const { page, found } = await open(`${root}03-locks/lost-update.html#by-chance`);
        const heading = () => page.$eval("main h1", (h1) => h1.id);
        const english = await heading();
        for (const [edition, lang] of [["zh-CN/", "zh-CN"], ["", "en"]]) {
            await Promise.all([page.waitForNavigation(), page.click(".language-link")]);
            assert.equal(page.url(), `${root}${edition}03-locks/lost-update.html#by-chance`);
            assert.equal(await page.$eval("html", (html) => html.lang), lang);
            assert.equal(await heading(), english);
        }
        assert.deepEqual(found, []);
        await page.close();
    }
});

test("the first page changes its language too", async () => {
    const { page } = await open(server.address);
    await Promise.all([page.waitForNavigation(), page.click(".language-link")]);
    assert.equal(page.url(), `${server.address}zh-CN/index.html`);
    await page.close();
});

test("an address that is none leads back, in both languages", async () => {
    const { page } = await open(`${server.address}03-locks/no-such-page.html`);
    const links = await page.$$eval("main a[href]:not(.header)", (all) => all.map((a) => a.href));
    assert.deepEqual(links, editions.map((edition) => `${server.address}${edition}welcome.html`));
    const answers = await Promise.all(links.map((link) => fetch(link)));
    assert(answers.every((answer) => answer.ok));
    assert.equal((await fetch(`${server.address}no-such-page.html`)).status, 404);
    await page.close();
});

test("both editions print, dark text on white whatever the reader's theme", async () => {
    const folder = process.env.BOOK_PDF ?? new URL("../out/", import.meta.url).pathname;
    await mkdir(folder, { recursive: true });
    for (const edition of editions) {
        const page = await browser.newPage();
        await page.evaluateOnNewDocument(() => { window.print = () => {}; });
        await page.goto(`${server.address}${edition}print.html`, { waitUntil: "load", timeout: 120_000 });
        await wear(page, "navy");
        const keyword = () => page.$eval(".language-rust .hljs-keyword", (word) => getComputedStyle(word).color);
        assert.notEqual(await keyword(), "rgb(157, 0, 236)");
        await page.emulateMediaType("print");
        assert.equal(await keyword(), "rgb(157, 0, 236)", "the light theme's purple");
        await page.emulateMediaType(null);
        await page.evaluate(() => addEventListener("beforeprint", () => {
            window.printed = getComputedStyle(document.documentElement).backgroundColor;
        }));
        const pdf = Buffer.from(await page.pdf({ format: "A4", printBackground: true, preferCSSPageSize: true, timeout: 120_000 }));
        assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
        const sheets = pdf.toString("latin1").match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
        assert(sheets > 100, `${sheets} sheets`);
        assert.equal(await page.evaluate(() => window.printed), "rgb(255, 255, 255)");
        assert.equal(await page.$eval("html", (html) => html.classList.contains("navy")), true, "and then dark again");
        await writeFile(`${folder}/every-interleaving-${edition ? "zh-CN" : "en"}.pdf`, pdf);
        await page.close();
    }
});

test("every page of a chapter says how long it takes, in both languages about the same", async () => {
    const minutes = async (address) => {
        const { page } = await open(`${server.address}${address}`);
        const said = await page.$$eval(".minutes", (all) => all.map((each) => each.textContent));
        await page.close();
        return said;
    };
    for (const name of ["00-rust/let-mut.html", "03-locks/lost-update.html", "07-queue/road.html"]) {
        const [english, chinese] = [await minutes(name), await minutes(`zh-CN/${name}`)];
        assert.match(english.join(), /^About \d+ minutes?(, and 5 for the change)?$/);
        assert.match(chinese.join(), /^约 \d+ 分钟(，另加改动的 5 分钟)?$/);
        const [one, other] = [english, chinese].map((said) => Number(said[0].match(/\d+/)[0]));
        assert(one >= 3 && one <= 20, `${name}: ${one} minutes`);
        assert(Math.abs(one - other) <= Math.max(2, one / 3), `${name}: ${one} and ${other} minutes`);
    }
    // What is known already takes less time than a page on which it is learned.
    for (const name of ["02-threads/summary.html", "03-locks/summary.html"]) {
        for (const said of [await minutes(name), await minutes(`zh-CN/${name}`)]) {
            assert.match(said.join(), /^(About [1-4] minutes?|约 [1-4] 分钟)$/, name);
        }
    }
    assert.match((await minutes("03-locks/assignment.html")).join(), /^About [1-3] minutes? to read$/);
    assert.match((await minutes("zh-CN/03-locks/assignment.html")).join(), /^读题约 [1-3] 分钟$/);
    assert.deepEqual(await minutes("print.html"), []);
    assert.deepEqual(await minutes("no-such-page.html"), []);
});
