/**
 * Free JSON values as zag writes them: keys in the order of their bytes, numbers with a fraction always recognisable as
 * such.
 *
 * @module
 */

import { isWrittenAsFloat, type JsonObject, MAX_U64 } from "./json.ts";

/** The deepest container that the Rust reader accepts, the event itself being the first. */
const DEEPEST = 127;

const MIN_I64 = -0x8000_0000_0000_0000n;

/**
 * Writes a JSON value. What JSON has no form for becomes `null`, and what is nested deeper than the reader goes becomes a
 * string that holds its JSON.
 *
 * @param value The value.
 * @param asFloat Whether a whole number is written with a fraction, such as `1.0`.
 * @param depth How deep a container would stand: 1 is the event itself.
 * @returns The JSON text.
 * @throws {TypeError} When the value holds itself.
 */
export function writeJson(value: unknown, asFloat = false, depth = 2): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.toWellFormed());
    case "number":
      return !asFloat && Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : writeFloat(value);
    case "bigint":
      return value <= MAX_U64 && value >= MIN_I64 ? String(value) : writeFloat(Number(value));
    case "boolean":
      return value ? "true" : "false";
    case "object":
      return value === null ? "null" : writeContainer(value, depth);
    default:
      return "null";
  }
}

function writeContainer(value: object, depth: number): string {
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
    return writeJson((value as { toJSON(): unknown }).toJSON(), false, depth);
  }
  if (depth > DEEPEST) {
    return writeJson(JSON.stringify(value, (_key, each) => typeof each === "bigint" ? `${each}` : each));
  }
  if (Array.isArray(value)) {
    return `[${value.map((each, at) => writeJson(each, isWrittenAsFloat(value, String(at)), depth + 1)).join(",")}]`;
  }
  const members = value as JsonObject;
  const names = Object.keys(members).map((key) => key.toWellFormed()).sort(compareBytes);
  return `{${names.map((name) => writeMember(members, name, depth)).filter((member) => member !== "").join(",")}}`;
}

function writeMember(members: JsonObject, name: string, depth: number): string {
  // Only a key with half of a surrogate pair is not found by what is written for it.
  const key = Object.hasOwn(members, name) ? name : Object.keys(members).find((key) => key.toWellFormed() === name)!;
  const member = members[key];
  if (member === undefined) return "";
  return `${JSON.stringify(name)}:${writeJson(member, isWrittenAsFloat(members, key), depth + 1)}`;
}

/** Compares texts as their UTF-8 bytes compare, which is by code point and not by UTF-16 unit. */
function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

/** What comes in pairs stands for code points beyond all others. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/**
 * Writes a number with a fraction or an exponent: the shortest digits that read as the same number, up to 16 of them in
 * front of the point and up to four zeros behind it.
 */
function writeFloat(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [, sign, first, rest = "", exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential())!;
  const digits = first! + rest;
  const point = Number(exponent) + 1; // digits in front of it
  if (point > 16 || point <= -5) return `${sign}${first}${rest && "."}${rest}e${Number(exponent)}`;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, "0")}.${digits.slice(point) || "0"}`;
}
