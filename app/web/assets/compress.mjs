// Keeps each built file compressed beside it, so that no server has to do it for each browser.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const folder = new URL("../static/dist/", import.meta.url);
for (const name of readdirSync(folder).filter((each) => /\.(js|css|svg|txt)$/.test(each))) {
  const content = readFileSync(new URL(name, folder));
  writeFileSync(new URL(`${name}.gz`, folder), gzipSync(content, { level: 9 }));
  writeFileSync(new URL(`${name}.br`, folder), brotliCompressSync(content));
}
