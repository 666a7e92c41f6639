/** `jsonc-parser`: where the parts of a JSON text stand. Loaded only when a mistake has to be located. */

export { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "npm:jsonc-parser@3.3.1";
