/**
 * What regular expressions are slow at: one that looks for the end of a text from each of its places takes a time that
 * grows with the square of its length, and whoever writes the text chooses that.
 */

/** `http://host/path//` without what is behind `path`. */
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
