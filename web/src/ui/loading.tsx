/** Where something will be. */
export function Loading() {
  return (
    <div className="loading" aria-busy="true">
      <span />
      <span />
      <span />
    </div>
  );
}
