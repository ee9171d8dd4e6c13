// The parts of a page that answer can be reached and used with the Tab key and the arrows alone, in both editions.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { complaints, editions, launch, pages } from "./browser.mjs";
import { serveBook } from "./serve.mjs";

// A page whose right answer is not the first, so that Tab meets a wrong one before it.
const quiz = "07-queue/orders.html";
const deadlock = "04-rlock/rlock.html";
const words = { "": { deadlock: "Deadlock", right: "Right", wrong: "Not that one" }, "zh-CN/": { deadlock: "死锁", right: "对。", wrong: "不是这个" } };

let server;
let browser;
before(async () => {
    server = await serveBook();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    await server?.stop();
});

async function open(path, context = browser) {
    const page = await context.newPage();
    const found = complaints(page);
    await page.goto(server.address + path, { waitUntil: "load" });
    return { page, found };
}

/** Presses Tab until what has the focus matches. */
async function tabTo(page, selector) {
    for (let presses = 0; presses < 400; presses++) {
        if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) { return; }
        await page.keyboard.press("Tab");
    }
    assert.fail(`no Tab leads to ${selector}`);
}

const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent);

for (const edition of editions) {
    const say = words[edition];

    test(`${edition || "en/"}: a prediction is answered by keyboard, kept, shown and written to a file`, async () => {
        // A context of its own: what is kept there is kept for both editions.
        const context = await browser.createBrowserContext();
        const { page, found } = await open(edition + quiz, context);
        const unfolded = () => page.$eval("details.output", (details) => details.open);
        await tabTo(page, ".quiz li:not([data-right]) button");
        await page.keyboard.press("Enter");
        assert((await textOf(page, ".quiz [role=status]")).startsWith("✗"));
        assert((await textOf(page, ".quiz [role=status]")).includes(say.wrong));
        assert.equal(await unfolded(), false);
        await tabTo(page, ".quiz li[data-right] button");
        await page.keyboard.press("Space");
        assert((await textOf(page, ".quiz [role=status]")).includes(say.right));
        assert.equal(await unfolded(), true);

        await page.reload({ waitUntil: "load" });
        assert.equal(await page.$$eval('.quiz button[aria-pressed="true"]', (all) => all.length), 2, "the first choice and the right one");
        assert.equal(await unfolded(), true);

        await page.goto(`${server.address}${edition}predictions.html`, { waitUntil: "load" });
        const rows = await page.$$eval("#your-answers tbody tr", (all) => all.map((row) => row.innerText));
        assert.equal(rows.length, 1);
        assert(rows[0].includes("07-queue/orders#1"), rows[0]);
        await page.evaluate(() => { URL.createObjectURL = (blob) => { window.written = blob.text(); return "#"; }; });
        await tabTo(page, "#your-answers button");
        await page.keyboard.press("Enter");
        const answer = JSON.parse(await page.evaluate(() => window.written)).answers["07-queue/orders#1"];
        assert.deepEqual([answer.tries, answer.right, answer.found], [2, false, true]);
        page.on("dialog", (dialog) => dialog.accept());
        await tabTo(page, "#your-answers button ~ button");
        await page.keyboard.press("Enter");
        assert.equal(await page.$("#your-answers tbody tr"), null);
        assert.deepEqual(found, []);
        await context.close();
    });

    test(`${edition || "en/"}: a deadlock is reached, left and linked to by keyboard`, async () => {
        const { page, found } = await open(edition + deadlock);
        const status = () => textOf(page, "interleaving-stepper [role=status]");
        const steps = () => page.$$eval(".il-history tbody tr:not(.il-todo)", (rows) => rows.length);
        await tabTo(page, "interleaving-stepper button");
        assert(!(await status()).includes(say.deadlock));
        for (const key of ["1", "2"]) { await page.keyboard.press(key); }
        assert((await status()).includes(say.deadlock), await status());
        assert.equal(await steps(), 2);
        const standing = await page.$$eval(".il-go button:not([hidden])", (all) => all.map((one) => one.getAttribute("aria-disabled")));
        assert.deepEqual(new Set(standing), new Set(["true"]), "nobody can go on");

        await tabTo(page, ".il-link");
        const link = await page.$eval(".il-link", (a) => a.href);
        await page.keyboard.press("ArrowLeft");
        assert.equal(await steps(), 1);
        assert(!(await status()).includes(say.deadlock));
        await page.keyboard.press("ArrowRight");
        assert((await status()).includes(say.deadlock));
        assert.equal(page.url(), server.address + edition + deadlock, "the arrows did not turn the page");

        await page.goto(link, { waitUntil: "load" });
        assert((await status()).includes(say.deadlock), link);
        assert.deepEqual(found, []);
        await page.close();
    });
}

test("ten pages or more have a stepper, and each of them starts", async () => {
    let count = 0;
    const page = await browser.newPage();
    for (const path of await pages(/^\d\d-/)) {
        const text = await (await fetch(server.address + path)).text();
        if (!text.includes("<interleaving-stepper")) { continue; }
        count++;
        await page.goto(server.address + path, { waitUntil: "load" });
        assert(await page.$("interleaving-stepper .il-ui button"), path);
    }
    assert(count >= 10, `${count} pages`);
    await page.close();
});
