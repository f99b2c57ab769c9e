// gaugeway in OpenCode's terminal: sidebar, prompt, home screen, toasts, /quota and /quota_status.
// Every text comes from gaugeway; this file gives it a place and a colour.

import { createElement, insert, setProp } from "@opentui/solid"
import { createEffect, createSignal } from "solid-js"
import { gauge, HELLO, SILENT } from "./ask.js"

/**
 * @typedef {import("@opencode-ai/plugin/tui").TuiPluginApi} Api
 * @typedef {import("@opencode-ai/plugin/tui").TuiThemeCurrent} Theme
 * @typedef {import("./ask.js").Event} Event
 * @typedef {import("./ask.js").Line} Line
 * @typedef {import("./ask.js").View} View
 */

const FIRST = 1000 // ms: OpenCode draws its first screen undisturbed

/** @type {Record<string, "success" | "warning" | "error" | "text" | "textMuted">} */
const COLOURS = {
  ok: "success",
  unlimited: "success",
  low: "warning",
  critical: "error",
  exhausted: "error",
  error: "warning",
  unknown: "text",
}
const BOLD = 1
const DIALOG = 88 // cells of OpenCode's large dialog
const MARGIN = 2 + 4 + 2 // cells that are not text: the screen's edge, the dialog's padding, a scroll bar
const FOLDED = "gaugeway.folded"

/** @param {Api} api */
async function tui(api) {
  const { ask, stop } = gauge(() => api.state.path.directory || process.cwd())
  const [view, setView] = createSignal(/** @type {View | undefined} */ (undefined))
  const [silent, setSilent] = createSignal(false) // what is shown, if anything, is an older answer
  const [folded, setFolded] = createSignal(api.kv.get(FOLDED, false))
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const timers = new Map()
  /** @type {string | undefined} */
  let asked
  let over = false

  /** @param {string} name @param {number | undefined} ms @param {() => void} run */
  function later(name, ms, run) {
    clearTimeout(timers.get(name))
    if (!over) timers.set(name, setTimeout(run, ms))
  }

  /** @param {Event} event @param {string} [model] */
  async function refresh(event, model = modelOf(api, shownSession(api))) {
    asked = model
    const answer = await ask({ event, model, width: Math.min(DIALOG, api.renderer.width) - MARGIN })
    if (answer) setView(answer)
    setSilent(!answer)
    const toast = answer?.toast
    if (toast) api.ui.toast({ ...toast, duration: toast.duration_ms })
    later("timer", view()?.settings.timer_ms ?? 60_000, () => refresh("timer"))
    return answer
  }

  /** @param {Event} event @param {string} session */
  function happened(event, session) {
    if (api.state.session.get(session)?.parentID) return // a part of a turn
    hello(api)
    refresh(event, modelOf(api, session))
    // Gateways book what was spent late.
    if (event === "idle") later("late", view()?.settings.late_ms ?? 4000, () => refresh("late", modelOf(api, session)))
  }

  /** @param {Line} line @returns {keyof Theme} */
  const colour = (line) => (silent() ? "textMuted" : (COLOURS[line.level] ?? "textMuted"))

  /** @param {Theme} theme @param {Line} line @param {string} [before] */
  function text(theme, line, before = "") {
    // Not selectable: a click would begin a selection, and the next escape would end only that.
    const props = { attributes: line.strong ? BOLD : 0, wrapMode: "none", selectable: false }
    return h("text", { fg: theme[colour(line)], ...props }, before + line.text)
  }

  /** @param {Theme} theme */
  function sidebar(theme) {
    const { title, gateways } = view()?.sidebar ?? { title: "Quota", gateways: [] }
    const quiet = silent() ? [h("text", { fg: theme.textMuted }, SILENT)] : []
    if (!gateways.length) return quiet
    if (folded()) return [text(theme, silent() ? { text: SILENT, level: "dim" } : gateways[0].brief, "▶ ")]
    return [
      text(theme, { text: title, level: "unknown", strong: true }, "▼ "),
      ...gateways.flatMap((gateway) => gateway.lines.map((line) => text(theme, line))),
      ...quiet,
    ]
  }

  function fold() {
    api.kv.set(FOLDED, setFolded(!folded()))
  }

  /** @param {"quota" | "status"} name @param {string} title */
  function dialog(name, title) {
    const [content, setContent] = createSignal((name === "quota" && view()?.quota.text) || "...")
    const theme = api.theme.current
    const most = Math.max(3, Math.floor(api.renderer.height / 2))
    /** @type {any} */
    let body
    const scrolling = Object.entries({ up: -1, down: 1, pageup: -most, pagedown: most })
    const off = api.keymap.registerLayer({
      commands: scrolling.map(([key, lines]) => ({
        name: `gaugeway.${key}`,
        hidden: true,
        run: () => body.scrollBy(lines),
      })),
      bindings: scrolling.map(([key]) => ({ key, cmd: `gaugeway.${key}` })),
    })
    api.ui.dialog.replace(() => {
      body = h("scrollbox", {}, h("text", { fg: theme.text, wrapMode: "word" }, content))
      createEffect(() => setProp(body, "height", Math.min(most, content().split("\n").length)))
      return h(
        "box",
        { paddingLeft: 2, paddingRight: 2, paddingBottom: 1, gap: 1 },
        h("text", { fg: theme.text, attributes: BOLD }, title),
        body,
        h("text", { fg: theme.textMuted }, "esc closes"),
      )
    }, off)
    api.ui.dialog.setSize("large")
    refresh("command").then((answer) => {
      const known = name === "quota" && view() ? `${content()}\n\n` : ""
      setContent(answer?.[name]?.text ?? known + SILENT)
    })
  }

  api.slots.register({
    order: 50, // above OpenCode's own sections
    slots: {
      sidebar_content: ({ theme }) => h("box", { onMouseDown: fold }, () => sidebar(theme.current)),
      session_prompt_right({ theme }, props) {
        createEffect(() => {
          const model = modelOf(api, props.session_id)
          if (model && model !== asked) refresh("timer", model) // another session, or another model in it
        })
        return shown(theme, () => view()?.prompt)
      },
      home_bottom: ({ theme }) =>
        h(
          "box",
          { paddingTop: 1 },
          shown(theme, () => view()?.home),
        ),
    },
  })

  /** @param {{ current: Theme }} theme @param {() => Line | null | undefined} line */
  function shown(theme, line) {
    return h("box", { flexShrink: 0 }, () => {
      const now = line()
      return now ? text(theme.current, now) : null
    })
  }

  api.keymap.registerLayer({
    commands: [
      {
        name: "gaugeway.quota",
        title: "Quota: what is left",
        category: "Quota",
        namespace: "palette",
        slashName: "quota",
        run: () => dialog("quota", "Quota"),
      },
      {
        name: "gaugeway.status",
        title: "Quota: where it comes from, and what is wrong",
        category: "Quota",
        namespace: "palette",
        slashName: "quota_status",
        run: () => dialog("status", "Quota status"),
      },
    ],
    bindings: [],
  })

  const listeners = [
    api.event.on("session.idle", (event) => happened("idle", event.properties.sessionID)),
    api.event.on("question.asked", (event) => happened("question", event.properties.sessionID)),
    api.event.on("session.compacted", (event) => happened("compact", event.properties.sessionID)),
  ]
  api.lifecycle.onDispose(() => {
    over = true
    for (const off of listeners) off()
    for (const timer of timers.values()) clearTimeout(timer)
    stop()
  })
  hello(api)
  later("timer", FIRST, () => refresh("start"))
}

/** @param {Api} api @returns {string | undefined} the session on the screen */
function shownSession(api) {
  const route = api.route.current
  return route.name === "session" ? String(route.params?.sessionID) : undefined
}

/** @param {Api} api @param {string | undefined} session @returns {string | undefined} PROVIDER/MODEL of its last message */
function modelOf(api, session) {
  const message = session ? api.state.session.messages(session).at(-1) : undefined
  if (!message) return api.state.config.model
  const { providerID, modelID } = message.role === "user" ? message.model : message
  return `${providerID}/${modelID}`
}

/** @param {Api} api */
function hello(api) {
  // A command that nobody has: the server's plugins see it go by.
  const body = { type: "tui.command.execute", properties: { command: HELLO } }
  api.client.tui.publish(/** @type {any} */ ({ body })).catch(() => {})
}

/**
 * An element of the host's. Functions are followed: those among `children` for what is in it.
 * @param {string} tag
 * @param {Record<string, unknown>} props
 * @param {...unknown} children
 * @returns {any}
 */
function h(tag, props, ...children) {
  const element = createElement(tag)
  for (const [name, value] of Object.entries(props)) setProp(element, name, value)
  for (const child of children) insert(element, child, null)
  return element
}

export default { id: "gaugeway", tui }
