/**
 * Replacements for slow regular expressions: one that looks for the end of a text from each position takes time that
 * grows with the square of the length, and users choose the length.
 */

/** `http://host/path//` without the slashes at its end. */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}

/** An image without its tag and digest: `registry:5000/shop/cart` of `registry:5000/shop/cart:6.0@sha256:…`. */
export function imageName(image: string): string {
  const from = image.lastIndexOf('/') + 1;
  const at = image.slice(from).search(/[:@]/);
  return at === -1 ? image : image.slice(0, from + at);
}
