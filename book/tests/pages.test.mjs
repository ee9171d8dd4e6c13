// Every page of both editions, at the width of a desk and of a phone, light and dark.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { complaints, editions, launch, pages, wear } from "./browser.mjs";
import { book, serveBook, site } from "./serve.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const looks = [{ width: 1280, theme: "light" }, { width: 390, theme: "navy" }];
const tabs = 2;
// While you write: `BOOK_PAGES=03-locks npm test` looks at these pages only.
const some = process.env.BOOK_PAGES ?? "";

// What is ours on a page. The rest is mdBook's frame: contents, menu bar, search field, arrows to turn the page, help,
// and the copy button on a listing. Rules about a whole page, such as its landmarks, find nothing to look at in here.
const ours = { include: [["main"], [".language-link"]], exclude: [["main pre > .buttons"]] };

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

test("both editions are built without a warning", () => {
    assert.doesNotMatch(server.log, /\b(WARN|ERROR)\b/);
    assert.equal(server.log.match(/HTML book written/g)?.length, 2, server.log);
});

test("every page fits, reads well with every sense, and complains of nothing", async () => {
    const paths = await pages(new RegExp(some));
    assert(some || paths.length > 200, `only ${paths.length} pages`);
    const faults = [];
    const queue = paths.values();
    let count = 0;
    await Promise.all(Array.from({ length: tabs }, async () => {
        // A context of its own, because the theme is remembered.
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        const found = complaints(page);
        await page.evaluateOnNewDocument(axe);
        for (const path of queue) {
            if (++count % 40 === 0) { console.log(`${count} of ${paths.length} pages`); }
            for (const fault of await look(page, path)) { faults.push(`${path}: ${fault}`); }
            faults.push(...found.splice(0).map((text) => `${path}: ${text}`));
        }
        await context.close();
    }));
    assert.deepEqual(faults, []);
});

async function look(page, path) {
    const faults = [];
    await page.setViewport({ width: looks[0].width, height: 900 });
    await page.goto(server.address + path, { waitUntil: "load" });
    for (const { width, theme } of looks) {
        await page.setViewport({ width, height: 900 });
        await wear(page, theme);
        const [wanted, given] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
        if (wanted > given) { faults.push(`at ${width} px the page is ${wanted} px wide`); }
        // In the second round only the colours are new.
        const rules = theme === "light" ? {} : { runOnly: ["color-contrast"] };
        const found = await page.evaluate(violations, ours, rules);
        faults.push(...found.map((fault) => `${theme}: ${fault}`));
    }
    return faults;
}

// Runs in the page.
async function violations(context, rules) {
    const result = await window.axe.run(context, { ...rules, resultTypes: ["violations"], preload: false });
    return result.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`));
}

test("a first page needs at most 300 kB beside its fonts", async () => {
    for (const edition of editions) {
        const page = await browser.newPage();
        await page.setCacheEnabled(false);
        let bytes = 0;
        const client = await page.createCDPSession();
        await client.send("Network.enable");
        const fonts = new Set();
        client.on("Network.responseReceived", ({ requestId, type }) => { if (type === "Font") { fonts.add(requestId); } });
        client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
            if (!fonts.has(requestId)) { bytes += encodedDataLength; }
        });
        await page.goto(`${server.address}${edition}index.html`, { waitUntil: "networkidle0" });
        console.log(`first page of ${edition || "en/"}: ${Math.round(bytes / 1000)} kB`);
        assert(bytes > 50_000, `${bytes} bytes: is anything counted?`);
        assert(bytes <= 300_000, `${edition}index.html needs ${bytes} bytes`);
        await page.close();
    }
});

test("a link to a page has a picture, and once the site is published, by its whole address", async () => {
    const picture = /<meta property="og:image" content="([^"]*)">/;
    const paths = (await pages(/./)).filter((path) => !path.endsWith("404.html"));
    for (const path of paths) {
        const [, found] = (await readFile(join(site, path), "utf8")).match(picture);
        const edition = path.startsWith("zh-CN/") ? "zh-CN/" : "";
        assert.equal(new URL(found, `${server.address}${path}`).pathname, `/${edition}link-picture.png`, path);
    }
    for (const edition of editions) {
        const png = await readFile(join(site, edition, "link-picture.png"));
        assert.equal(png.toString("latin1", 1, 4), "PNG");
        assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1200, 630]);
        assert(png.length < 300_000, `${png.length} bytes`);
    }
    const folder = await mkdtemp(join(tmpdir(), "published-"));
    try {
        const path = "zh-CN/03-locks/mutex.html";
        await cp(join(site, path), join(folder, path), { recursive: true });
        await promisify(execFile)(process.execPath, [join(book, "publish.mjs"), "https://example.org/course", folder]);
        const html = await readFile(join(folder, path), "utf8");
        assert.equal(html.match(picture)[1], "https://example.org/course/zh-CN/link-picture.png");
        assert(html.includes(`<meta property="og:url" content="https://example.org/course/${path}">`));
    } finally {
        await rm(folder, { recursive: true });
    }
});
