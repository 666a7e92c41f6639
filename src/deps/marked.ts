/** `marked`: reads markdown. Loaded only where a person reads what an agent said. */

export { Lexer, type MarkedToken, type Token, type Tokens } from "npm:marked@18.2.1";
