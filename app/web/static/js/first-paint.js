// A classic script, so that it runs before anything is painted and a chosen theme never flashes in the other one.
(() => {
  try {
    const chosen = localStorage.getItem("likeness.theme");
    if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be forbidden; the system's preference then decides.
  }
})();
