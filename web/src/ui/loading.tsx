/** A placeholder while something loads. */
export function Loading() {
  return (
    <div className="loading" aria-busy="true">
      <span />
      <span />
      <span />
    </div>
  );
}
