// Writes the site's address into its pages: `node book/publish.mjs https://example.org/book/ [FOLDER]`, after `mdbook build book`.
// What shows a picture beside a link wants the picture's whole address, and only who publishes the site knows it.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const [address, folder = fileURLToPath(new URL("out/html", import.meta.url))] = process.argv.slice(2);
if (!/^https?:\/\/\S+$/.test(address ?? "")) {
    console.error("What is the site's address? For example: node book/publish.mjs https://example.org/book/");
    process.exit(2);
}
const root = new URL(address.endsWith("/") ? address : `${address}/`);

for (const file of (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".html"))) {
    const page = new URL(file.split(sep).map(encodeURIComponent).join("/"), root);
    const path = join(folder, file);
    const html = await readFile(path, "utf8");
    const whole = html.replace(/<meta property="og:image" content="([^"]*)">/, (_, picture) =>
        `<meta property="og:url" content="${page}">\n        <meta property="og:image" content="${new URL(picture, page)}">`);
    if (whole !== html) { await writeFile(path, whole); }
}
