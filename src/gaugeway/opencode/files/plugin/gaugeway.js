// gaugeway in OpenCode's server: the agent's tool, and what there can be without the terminal's plugin (tui.js):
// toasts in a terminal that has not loaded it, /quota and /quota_status in `opencode run`, web and desktop.

import { isMainThread } from "node:worker_threads"
import { gauge, HELLO, SILENT } from "../gaugeway/ask.js"

/**
 * @typedef {import("@opencode-ai/plugin").PluginInput} Input
 * @typedef {import("@opencode-ai/plugin").Hooks} Hooks
 * @typedef {import("../gaugeway/ask.js").Event} Event
 */

/** @type {Record<string, Event>} */
const EVENTS = { "session.idle": "idle", "question.asked": "question", "session.compacted": "compact" }
/** @type {Record<string, "quota" | "status">} */
const COMMANDS = { quota: "quota", quota_status: "status" }
const POLITE = 1000 // ms in which a terminal's plugin may say hello before a toast is ours
const WIDTH = 80 // cells of a text that stands in the conversation

/** @param {Input} input @param {unknown} [_options] @param {boolean} [terminal] @returns {Promise<Hooks>} */
async function server({ client, directory }, _options, terminal = !isMainThread) {
  // Beside a terminal, OpenCode's server is a worker thread; in `run`, `serve`, `web` and desktop it is not.
  const { ask, stop } = gauge(() => directory)
  let greeted = false
  /** @type {string | undefined} */
  let model // of the last message
  /** @type {NonNullable<Hooks["tool"]>} */
  const tool = {}
  /** @type {Set<string>} */
  const ours = new Set()

  // Not awaited: OpenCode starts meanwhile. It looks for tools at the first message.
  ask({ event: "start" }).then((view) => {
    if (!view?.settings.tool) return
    tool.quota = {
      description:
        "What is left of the quota or budget of the LLM gateways in use, until when, and whether it will last. " +
        "Ask before long or expensive work. Costs nothing.",
      args: {},
      execute: async () => (await ask({ event: "command", model, width: WIDTH }))?.quota.text ?? SILENT,
    }
  })

  /** @param {Event} event */
  async function toast(event) {
    if (greeted) return
    const toast = (await ask({ event, model }))?.toast
    if (toast && !greeted) await client.tui.showToast({ body: { ...toast, duration: toast.duration_ms } })
  }

  return {
    tool,
    async config(config) {
      if (terminal) return // there they are the TUI plugin's
      config.command ??= {}
      for (const name in COMMANDS) {
        if (config.command[name]) continue // the user's own
        ours.add(name)
        config.command[name] = { template: name, description: `Quota, without a model's answer (gaugeway)` }
      }
    },
    async "chat.message"(_, { message }) {
      model = `${message.model.providerID}/${message.model.modelID}`
    },
    async event({ event }) {
      if (event.type === "tui.command.execute" && event.properties.command === HELLO) greeted = true
      const known = EVENTS[event.type]
      if (known && !greeted) setTimeout(() => toast(known).catch(() => {}), POLITE)
    },
    async "command.execute.before"({ command, sessionID }) {
      if (!ours.has(command)) return
      const view = await ask({ event: "command", model, width: WIDTH })
      const text = view?.[COMMANDS[command]]?.text ?? SILENT
      // `ignored`: people see it, models do not.
      const parts = [{ type: /** @type {const} */ ("text"), text, ignored: true }]
      await client.session.prompt({ path: { id: sessionID }, body: { noReply: true, parts } })
      // The only way to end a command before a model is asked. OpenCode reports it as a failure.
      throw new Error("gaugeway has answered; no model was asked")
    },
    async dispose() {
      stop()
    },
  }
}

export default { id: "gaugeway", server }
