/**
 * Forgets what the environment of whoever runs the tests says of stores: programs that they start inherit the rest of it.
 * To be imported for that alone.
 */

for (const name of Object.keys(Deno.env.toObject())) {
  if (name.startsWith("ZIGLOG_") || name === "XDG_DATA_HOME" || name === "XDG_CONFIG_HOME") Deno.env.delete(name);
}
