/** What a function complains of; the renderer adds the place. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}
