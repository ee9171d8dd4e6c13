// Draws the picture that others show beside a link to the book, one for each edition: `npm run link-picture`.
import { readFile } from "node:fs/promises";
import { launch } from "./browser.mjs";

const book = new URL("../", import.meta.url);
const words = {
    "src/": {
        title: "Every Interleaving",
        tagline: "Concurrency in Rust for people who know Python. Each program is tried in every order in which its threads can run.",
        picture: "Both threads read 0, so both write 1. One update is lost.",
    },
    "zh-CN/src/": {
        title: "每一种交错",
        tagline: "写给 Python 程序员的 Rust 并发课程：线程可能的运行次序，每一种都检查到。",
        picture: "两个线程读到的都是 0，写下的也就都是 1：丢了一次更新。",
    },
};

const drawing = await readFile(new URL("figures/lost-update.svg", book), "utf8");
const browser = await launch();
try {
    for (const [folder, { title, tagline, picture }] of Object.entries(words)) {
        const page = await browser.newPage();
        await page.setViewport({ width: 1200, height: 630 });
        await page.setContent(`<!doctype html><style>
            body { margin: 0; width: 1200px; height: 630px; display: flex; background: #fff; color: #1b2733;
                font-family: "Noto Sans", "Noto Sans CJK SC", "DejaVu Sans", sans-serif; }
            section { width: 500px; padding: 70px 20px 0 60px; box-sizing: border-box; }
            h1 { font-size: 62px; line-height: 1.1; margin: 0 0 36px; }
            p { font-size: 28px; line-height: 1.45; margin: 0 0 40px; }
            .below { color: #9a3412; }
            figure { margin: 24px 0 0; width: 690px; height: 606px; overflow: hidden; }
            svg { transform: scale(1.05); transform-origin: 0 0; border: 0 !important; }
        </style><section><h1>${title}</h1><p>${tagline}</p><p class="below">${picture}</p></section><figure>${drawing}</figure>`);
        await page.screenshot({ path: new URL(`${folder}link-picture.png`, book).pathname });
        await page.close();
    }
} finally {
    await browser.close();
}
