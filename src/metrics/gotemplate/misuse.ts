/** An error of a function; the renderer adds the place. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}
