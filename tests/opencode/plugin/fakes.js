// A gaugeway that misbehaves on demand, and OpenCode as far as the plugins see it.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const FILES = fileURLToPath(new URL("../../../src/gaugeway/opencode/files", import.meta.url))
const BUILD = fileURLToPath(new URL("../../../build", import.meta.url)) // solid-js is found from there
mkdirSync(BUILD, { recursive: true })

/** @typedef {import("../../../src/gaugeway/opencode/files/gaugeway/ask.js").View} View */

/** @param {Partial<View>} [changes] @returns {View} */
export const answer = (changes) => ({
  schema: "gaugeway.opencode/1",
  enabled: true,
  settings: { timeout_ms: 5000, timer_ms: 300_000, late_ms: 4000, tool: false },
  prompt: { text: "42% left", level: "ok" },
  home: null,
  sidebar: { title: "Quota", gateways: [] },
  quota: { title: "Quota", text: "Campus 42% left" },
  status: { title: "Quota status", text: "all is well" },
  toast: null,
  seen: "seen",
  ...changes,
})

export const TOAST = /** @type {const} */ ({
  title: "Quota is low",
  message: "Campus 12% left",
  variant: "warning",
  duration_ms: 9000,
})

/**
 * A gaugeway: the command that runs it, and what it was run with so far.
 * @param {{ answers?: readonly unknown[], text?: string, code?: string, wait?: number }} [how]
 *   answers: one after the other, the last one for ever; text: printed instead; code: run instead;
 *   wait: ms before it answers
 */
export function fakeGaugeway({ answers = [answer()], text, code, wait = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "gaugeway-"))
  const log = join(folder, "log")
  writeFileSync(log, "")
  const script = join(folder, "gaugeway.mjs")
  const print = `
    const said = ${JSON.stringify(text ?? answers.map((one) => JSON.stringify(one)))}
    process.stdout.write(typeof said === "string" ? said : said[Math.min(run, said.length - 1)])`
  writeFileSync(
    script,
    `import { appendFileSync, readFileSync } from "node:fs"
    const run = readFileSync(${JSON.stringify(log)}, "utf8").split("\\n").filter((line) => line.startsWith("[")).length
    appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + "\\n")
    setTimeout(() => { ${code ?? print}; appendFileSync(${JSON.stringify(log)}, "end\\n") }, ${wait})`,
  )
  const lines = () => readFileSync(log, "utf8").split("\n").filter(Boolean)
  return {
    command: [process.execPath, script],
    folder,
    /** What it was run with: the value of each option. */
    runs: () =>
      lines()
        .filter((line) => line !== "end")
        .map((line) => {
          const [group, name, json, ...options] = /** @type {string[]} */ (JSON.parse(line))
          const known = Object.fromEntries(options.map((one) => one.slice(2).split(/=(.*)/s)))
          return { words: [group, name, json].join(" "), ...known }
        }),
    lines,
  }
}

/** @param {() => boolean} fine waits until it is true, for ten seconds at most */
export async function until(fine) {
  for (const end = Date.now() + 10_000; !fine(); ) {
    if (Date.now() > end) throw new Error(`not in ten seconds: ${fine}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/**
 * The plugin files as the installer writes them, with this gaugeway in them.
 * @param {{ command: string[], folder: string }} gaugeway
 * @param {string} file
 * @returns {string} where `file` is
 */
export function installed({ command, folder }, file) {
  const config = mkdtempSync(join(BUILD, "plugin-"))
  cpSync(FILES, config, { recursive: true })
  const ask = join(config, "gaugeway/ask.js")
  writeFileSync(ask, readFileSync(ask, "utf8").replace('"@GAUGEWAY@"', JSON.stringify(command)))
  process.once("exit", () => {
    for (const one of [config, folder]) rmSync(one, { recursive: true, force: true })
  })
  return join(config, file)
}
