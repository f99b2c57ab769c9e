// In the place of @opentui/solid: Solid's own renderer on nodes that draw nothing.

import { createRenderer } from "solid-js/universal"

/** @typedef {{ tag: string, text: string, props: Record<string, any>, children: Node[], parent?: Node }} Node */

/** @param {string} tag @param {string} [text] @returns {Node} */
const node = (tag, text = "") => ({ tag, text, props: {}, children: [] })

export const { createElement, insert, setProp, render } = createRenderer({
  createElement: (tag) => node(tag),
  createTextNode: (text) => node("#text", String(text)),
  replaceText(node, text) {
    node.text = text
  },
  isTextNode: (node) => node.tag === "#text",
  setProperty(node, name, value) {
    node.props[name] = value
  },
  insertNode(parent, node, anchor) {
    if (node.parent) node.parent.children.splice(node.parent.children.indexOf(node), 1)
    const at = anchor ? parent.children.indexOf(anchor) : -1
    parent.children.splice(at < 0 ? parent.children.length : at, 0, node)
    node.parent = parent
  },
  removeNode(parent, node) {
    parent.children.splice(parent.children.indexOf(node), 1)
    node.parent = undefined
  },
  getParentNode: (node) => node.parent,
  getFirstChild: (node) => node.children[0],
  getNextSibling: (node) => node.parent?.children[node.parent.children.indexOf(node) + 1],
})

/** @param {Node} node @returns {string} its text, one line for each element that has some */
export function drawn(node) {
  const own = node.children.filter((child) => child.tag === "#text").map((child) => child.text)
  const inner = node.children.filter((child) => child.tag !== "#text").map(drawn)
  return [...(own.length ? [own.join("")] : []), ...inner.filter(Boolean)].join("\n")
}

/** @param {Node} node @param {string} text @returns {Node | undefined} the element whose own text it is */
export function find(node, text) {
  if (node.children.some((child) => child.tag === "#text" && child.text === text)) return node
  for (const child of node.children) {
    const found = find(child, text)
    if (found) return found
  }
  return undefined
}
