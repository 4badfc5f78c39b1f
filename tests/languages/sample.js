import { readFile } from "node:fs";
const path = require("path");

const LIMIT = 10;

/** Adds two numbers. */
export function add(a, b) {
  const sum = a + b;
  return sum;
}

export const later = async (work) => {
  await null;
  return work();
};

export default class Queue extends Array {
  static size = 3;
  #items = [];
  constructor(items) {
    super();
    this.#items = items;
  }
  get first() {
    return this.#items[0];
  }
  onDone = () => {
    throw new Error("queue is empty");
  };
}

Queue.prototype.drain = function () {
  function inner() {
    return 1;
  }
  return inner();
};

module.exports = {
  helper(x) {
    return x;
  },
  other: function (y) {
    return y;
  },
};
