// Asks gaugeway what to show. One process at a time, none for longer than its timeout. A gaugeway that is
// missing, hangs, crashes or prints garbage gives no answer; nothing here throws.

import { spawn } from "node:child_process"

// The installer puts the command in the place of this text: ["/absolute/path/of/gaugeway"].
const GAUGEWAY = "@GAUGEWAY@"

/**
 * @typedef {"start" | "timer" | "question" | "compact" | "late" | "idle" | "command"} Event
 * @typedef {{ event: Event, model?: string, width?: number }} Wish  model: PROVIDER/MODEL; width: of a dialog's text
 * @typedef {{ text: string, level: string, strong?: boolean }} Line
 * @typedef {{ id: string, brief: Line, lines: Line[] }} Gateway
 * @typedef {{ title: string, text: string }} Dialog
 * @typedef {{ title: string, message: string, variant: "info" | "success" | "warning" | "error", duration_ms: number }} Toast
 * @typedef {{
 *   schema: string,
 *   enabled: boolean,
 *   settings: { timeout_ms: number, timer_ms: number, late_ms: number, tool: boolean },
 *   prompt: Line | null,
 *   home: Line | null,
 *   sidebar: { title: string, gateways: Gateway[] },
 *   quota: Dialog,
 *   status: Dialog | null,
 *   toast: Toast | null,
 *   seen: string,
 * }} View  what `gaugeway opencode view --json` prints
 */

/** What is said where there is no answer. */
export const SILENT = "gaugeway: no answer"

/** What the TUI plugin tells the server plugin, so that not both show toasts. */
export const HELLO = "gaugeway.hello"

// A wish that waits makes room for a later one, unless that one asks for less.
/** @type {Event[]} */
const ORDER = ["start", "timer", "question", "compact", "late", "idle", "command"]
const FIRST_TIMEOUT = 15_000 // ms; later ones as the answer before says
const MOST = 1_000_000 // characters of an answer

/**
 * @param {() => string} folder  where gaugeway runs: display settings of a project are looked up from there
 * @param {readonly string[]} command  how to run it
 */
export function gauge(folder, command = [GAUGEWAY].flat()) {
  /** @type {View | undefined} */
  let last
  /** @type {Promise<View | undefined> | undefined} */
  let running
  /** @type {{ wish: Wish, answer: Promise<View | undefined> } | undefined} */
  let next
  let stop = () => {}

  /** @param {Wish} wish @returns {Promise<View | undefined>} */
  async function run({ event, model, width }) {
    const args = ["opencode", "view", "--json", `--event=${event}`, `--seen=${last?.seen ?? ""}`]
    if (model) args.push(`--model=${model}`)
    if (width) args.push(`--width=${width}`)
    const timeout = last?.settings.timeout_ms ?? FIRST_TIMEOUT
    const view = parsed(await output(command, args, folder(), timeout, (kill) => (stop = kill)))
    running = undefined
    last = view ?? last
    return view
  }

  /**
   * The answer, or undefined where there is none. While a process runs, one wish waits for its end.
   * @param {Wish} wish
   * @returns {Promise<View | undefined>}
   */
  function ask(wish) {
    if (!running) {
      running = run(wish)
      return running
    }
    if (!next) next = { wish, answer: running.then(asNext) }
    else if (ORDER.indexOf(wish.event) >= ORDER.indexOf(next.wish.event)) next.wish = wish
    return next.answer
  }

  function asNext() {
    const wish = next?.wish ?? { event: "timer" }
    next = undefined
    return ask(/** @type {Wish} */ (wish))
  }

  return { ask, /** Ends the process that runs, if any. */ stop: () => stop() }
}

/**
 * What a process prints; as much as came where it is killed, nothing where it cannot be started.
 * @param {readonly string[]} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {number} timeout
 * @param {(kill: () => void) => void} killable
 * @returns {Promise<string>}
 */
function output([program, ...before], args, cwd, timeout, killable) {
  return new Promise((resolve) => {
    let text = ""
    try {
      const child = spawn(program, [...before, ...args], {
        cwd,
        stdio: ["ignore", "pipe", "ignore"],
        windowsHide: true,
      })
      const end = () => {
        clearTimeout(timer)
        child.kill("SIGKILL")
        child.stdout.destroy() // a child of the child may hold it open
        resolve(text)
      }
      const timer = setTimeout(end, timeout)
      killable(end)
      child.on("error", end).on("close", end)
      child.stdout.setEncoding("utf8").on("data", (chunk) => {
        text += chunk
        if (text.length > MOST) end()
      })
    } catch {
      resolve("") // some hosts throw where others emit an error
    }
  })
}

/** @param {string} text @returns {View | undefined} */
function parsed(text) {
  try {
    const view = JSON.parse(text)
    return valid(view) ? view : undefined
  } catch {
    return undefined
  }
}

/** @param {any} view @returns {boolean} whether everything has the type that is used without a further look */
function valid(view) {
  /** @param {any} line */
  const line = (line) => typeof line.text === "string" && typeof line.level === "string"
  /** @param {any} dialog */
  const dialog = (dialog) => typeof dialog.title === "string" && typeof dialog.text === "string"
  return (
    view.schema === "gaugeway.opencode/1" &&
    [view.settings.timeout_ms, view.settings.timer_ms, view.settings.late_ms].every((ms) => ms > 0) &&
    [view.prompt, view.home].every((one) => one === null || line(one)) &&
    view.sidebar.gateways.every((/** @type {any} */ one) => line(one.brief) && one.lines.every(line)) &&
    dialog(view.quota) &&
    (view.status === null || dialog(view.status)) &&
    (view.toast === null || typeof view.toast.message === "string") &&
    typeof view.seen === "string"
  )
}
