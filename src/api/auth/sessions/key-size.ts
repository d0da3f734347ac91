/** Of a key that seals sessions. */
export const KEY_BYTES = 32;
