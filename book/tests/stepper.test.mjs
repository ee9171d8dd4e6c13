// A reader who steps through a deadlock, plays it as a level, and hands on the run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { complaints, launch } from "./browser.mjs";
import { serveBook } from "./serve.mjs";

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

const deadlock = "04-rlock/rlock.html";

async function open(path) {
    const page = await browser.newPage();
    const found = complaints(page);
    await page.goto(server.address + path, { waitUntil: "load" });
    return { page, found };
}

const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const press = async (page, keys) => { for (const key of keys) { await page.keyboard.press(key); } };
const click = (page, label) => page.evaluate((label) => {
    [...document.querySelectorAll(".il-bar button")].find((button) => button.textContent === label).click();
}, label);

test("a deadlock by keyboard, and back, without turning the page", async () => {
    const { page, found } = await open(deadlock);
    await page.focus(".il-go button");
    await press(page, ["1", "2"]);
    assert.match(await text(page, ".il-status.il-good"), /Deadlock.*T1 waits for right, held by T2/);
    const standing = await page.$$eval(".il-go button", (all) => all.map((button) => button.textContent));
    assert.deepEqual(standing, ["T1 waits for right, held by T2", "T2 waits for left, held by T1"]);
    assert.equal(await page.evaluate(() => document.activeElement.closest(".il-go") !== null), true, "the focus stays");
    await press(page, ["ArrowLeft"]);
    assert.match(await text(page, ".il-status"), /^1\. T1 locks left/);
    assert(page.url().includes(deadlock));
    assert.deepEqual(found, []);
    await page.close();
});

test("the link to a run leads to its last state, in both editions", async () => {
    const { page } = await open(deadlock);
    await page.focus(".il-go button");
    await press(page, ["1", "2"]);
    const link = new URL(await page.$eval(".il-link", (link) => link.href));
    for (const [edition, word] of [["", /Deadlock/], ["zh-CN/", /死锁/]]) {
        await page.goto(`${server.address}${edition}${deadlock}${link.search}${link.hash}`);
        assert.match(await text(page, ".il-status"), word);
    }
    await page.goto(`${server.address}${deadlock}?run=left-and-right:0zz9`);
    assert.match(await text(page, ".il-status"), /^1\. T1 locks left/, "it goes as far as the link makes sense");
    await page.close();
});

test("a level is lost, helped out with a hint, undone and won, and the list knows", async () => {
    const { page, found } = await open(deadlock);
    assert.match(await text(page, ".il-head"), /You are the scheduler.*Bring both threads to a stop/s);
    await page.focus(".il-go button");
    await press(page, ["1", "1"]);
    await click(page, "Hint");
    assert.match(await text(page, ".il-status"), /no way leads to the goal/);
    await page.focus(".il-go button");
    await press(page, ["1", "1", "2", "2", "2", "2"]);
    assert.match(await text(page, ".il-status.il-bad"), /You have lost/);
    assert.equal(await text(page, ".il-lanes tfoot"), "");
    await click(page, "Start over");
    await page.focus(".il-go button");
    await press(page, ["2", "1"]);
    assert.match(await text(page, ".il-status.il-good"), /Deadlock.*You have won, in 2 steps/);
    assert.match(await text(page, ".il-lanes tfoot"), /Deadlock/);
    await page.goto(`${server.address}levels.html`);
    assert.deepEqual(await page.$$eval("[data-level]", (all) => all.map((one) => one.textContent).filter(Boolean)), ["✓ won"]);
    assert.deepEqual(found, []);
    await page.close();
});

test("who is shown a way walks along it, and has not won by that", async () => {
    const { page } = await open("03-locks/ten-threads.html");
    await click(page, "Show me");
    assert.match(await text(page, ".il-status"), /is ready/);
    const todo = await page.$$eval(".il-lanes .il-todo", (rows) => rows.length);
    assert(todo > 3, `${todo} steps are laid out`);
    await page.focus(".il-go button");
    await press(page, Array(todo).fill("ArrowRight"));
    assert.match(await text(page, ".il-status.il-good"), /That is how it goes/);
    assert.equal(await page.$(".il-lanes .il-todo"), null);
    assert.equal(await page.evaluate(() => Stepper.Solved.all().has("both-hold-the-lock")), false);
    await page.close();
});

test("the lanes are drawn as the run goes: who waits, who holds, who has ended", async () => {
    const { page } = await open(deadlock);
    const row = (n) => page.$$eval(`.il-lanes tbody tr:nth-child(${n}) .il-lane`, (lanes) => lanes.map((lane) => lane.className.match(/il-(is-\w+|holds|acts)/g).join(" ")));
    await page.focus(".il-go button");
    await press(page, ["1", "2"]);
    assert.deepEqual((await row(1)).slice(-2), ["il-is-ready il-holds il-acts", "il-is-ready"]);
    assert.deepEqual((await row(2)).slice(-2), ["il-is-blocked il-holds", "il-is-blocked il-holds il-acts"]);
    await press(page, ["ArrowLeft", "1", "1", "1"]);
    assert.match((await row(4)).at(-2), /is-ended.*acts/);
    await page.close();
});

test("a number of a thread that has several ways on leads to its buttons", async () => {
    const { page } = await open("03-locks/ordering.html");
    const level = "#flag-before-the-message";
    const buttons = () => page.$$eval(`${level} .il-go button:not([hidden]):not([aria-disabled=true])`, (all) => all.map((one) => one.textContent));
    await page.focus(`${level} .il-go button`);
    await press(page, ["1", "1"]);
    assert.deepEqual(await buttons(), ["main: reads ready, the newest value", "main: reads ready, an older value"]);
    await press(page, ["0"]);
    assert.match(await page.evaluate(() => document.activeElement.textContent), /the newest value/);
    await press(page, ["Enter", "Tab"]);
    await page.evaluate((level) => [...document.querySelectorAll(`${level} .il-go button`)].find((one) => one.textContent.includes("an older value")).click(), level);
    assert.match(await text(page, `${level} .il-status.il-good`), /You have won/);
    await page.close();
});

test("every interleaving can be chosen, and paper has a table", async () => {
    const { page } = await open(deadlock);
    await page.click(".il-chooser > summary");
    await page.waitForSelector(".il-run");
    assert.equal((await page.$$(".il-run")).length, 6);
    await page.select(".il-chooser select", "fails");
    assert.equal((await page.$$(".il-run")).length, 2);
    await page.emulateMediaType("print");
    assert.equal(await page.$eval(".il-go", (part) => part.checkVisibility()), false);
    assert.equal(await page.$eval(".il-goal", (goal) => goal.checkVisibility()), true);
    assert.match(await text(page, ".il-paper"), /T1locks left.*T2locks right.*Deadlock/);
    await page.close();
});

test("without JavaScript a page has its questions, their answers, its outputs and its picture", async () => {
    const { page } = await open("07-queue/task-done.html");
    assert((await page.$$(".quiz button")).length > 1);
    await page.setJavaScriptEnabled(false);
    await page.reload();
    assert.equal(await page.$(".quiz button"), null);
    const [options, reasons] = [await page.$$(".quiz > ol > li"), await page.$$(".quiz details li")];
    assert(options.length > 1 && options.length === reasons.length);
    await page.click("details.output > summary");
    assert((await text(page, "details.output")).includes("unfinished"));
    const picture = await page.$eval(".il-fallback svg", (svg) => svg.getBoundingClientRect().height);
    assert(picture > 100, `the picture is ${picture} px high`);
    await page.emulateMediaType("print");
    const height = await page.$eval(".quiz details ol", (list) => list.getBoundingClientRect().height);
    assert(height > 20, "on paper the reasons are there without a click");
    await page.close();
});

test("the first page brings its level when it is wanted, by keyboard, in both editions, and without scripts it is a link", async () => {
    for (const edition of ["", "zh-CN/"]) {
        const { page, found } = await open(`${edition}index.html`);
        assert.equal(await page.$("interleaving-stepper"), null, "light until then");
        await page.focus(".play-link");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".il-go button:focus");
        await press(page, ["1", "2"]);
        assert.match(await text(page, ".il-status"), /^2\. /);
        const link = new URL(await page.$eval(".il-link", (link) => link.href));
        assert.deepEqual(found, []);
        await page.goto(`${server.address}${edition}index.html${link.search}`);
        await page.waitForSelector(".il-go button:focus");
        assert.match(await text(page, ".il-status"), /^2\. /, "a run that somebody shared");
        await page.setJavaScriptEnabled(false);
        await page.goto(`${server.address}${edition}index.html`);
        await Promise.all([page.waitForNavigation(), page.click(".play-link")]);
        assert(page.url().endsWith(`${edition}03-locks/lost-update.html#lost-update`), page.url());
        assert(await page.$("#lost-update .il-fallback svg"));
        await page.close();
    }
});
