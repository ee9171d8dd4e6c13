// `mdbook serve book`, as a reader runs it, and `mdbook build book`, as whoever puts it on the web does.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const command = process.env.MDBOOK ?? "mdbook";

export const book = fileURLToPath(new URL("..", import.meta.url));
export const site = fileURLToPath(new URL("../out/html/", import.meta.url));

async function freePort() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    return port;
}

/** Resolves when the book can be read: its address, what was logged until then, and how to end it. */
export async function serveBook() {
    const port = await freePort();
    const mdbook = spawn(command, ["serve", book, "--port", String(port)], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, NO_COLOR: "1" },
    });
    let log = "";
    const ready = new Promise((resolve, reject) => {
        const read = (chunk) => {
            log += chunk;
            if (log.includes("Serving on")) { resolve(); }
        };
        mdbook.stdout.on("data", read);
        mdbook.stderr.on("data", read);
        mdbook.on("error", reject);
        mdbook.on("exit", (code) => reject(new Error(`mdbook serve ended with ${code}:\n${log}`)));
    });
    await ready;
    const address = `http://localhost:${port}/`;
    // It says that it serves a moment before it listens.
    for (let tries = 0; ; tries++) {
        try { await fetch(address); break; } catch (error) { if (tries > 2000) { throw error; } }
    }
    const stop = async () => {
        mdbook.removeAllListeners("exit");
        mdbook.kill();
        await once(mdbook, "exit");
    };
    return { address, log, stop };
}

/** The static files, in a folder of their own: where they are, and how to remove them. */
export async function buildBook() {
    const folder = await mkdtemp(join(tmpdir(), "book-"));
    await promisify(execFile)(command, ["build", book, "--dest-dir", folder]);
    return { site: join(folder, "html/"), remove: () => rm(folder, { recursive: true }) };
}
