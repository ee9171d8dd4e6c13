// A real Chromium, and where the book's pages are in it.
import { readdir } from "node:fs/promises";
import puppeteer from "puppeteer-core";
import { site } from "./serve.mjs";

export function launch() {
    return puppeteer.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        // A container's root has no user namespaces to make the sandbox of.
        args: process.getuid() === 0 ? ["--no-sandbox"] : [],
        protocolTimeout: 120_000,
    });
}

export const editions = ["", "zh-CN/"];

/** The pages of the site, as paths from its root. The whole book on one page is not among them. */
export async function pages(pattern) {
    const files = await readdir(site, { recursive: true });
    const generated = /(^|\/)(print|toc)\.html$/;
    return files.filter((file) => file.endsWith(".html") && !generated.test(file) && pattern.test(file)).sort();
}

/** What a page complains of: uncaught errors, errors in the console, and files that it does not get. */
export function complaints(page) {
    const found = [];
    page.on("pageerror", (error) => found.push(String(error)));
    page.on("console", (message) => { if (message.type() === "error") { found.push(message.text()); } });
    page.on("requestfailed", (request) => found.push(`${request.url()}: ${request.failure().errorText}`));
    return found;
}

/** Puts on a theme as its button in the menu does, and waits for the style sheets that it brings. */
export async function wear(page, theme) {
    await page.evaluate((theme) => document.getElementById(`mdbook-theme-${theme}`).click(), theme);
    await page.waitForFunction(() =>
        [...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.disabled || link.sheet));
}
