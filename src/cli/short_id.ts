/** Characters of a session id in text for people: enough to tell sessions apart, and to give to other commands. */
export const SHORT_ID = 8;
