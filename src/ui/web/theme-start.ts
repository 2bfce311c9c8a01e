/** Loaded before the style sheet is used, so that a chosen theme does not flash. */
try {
  const choice = localStorage.getItem("firesteel.theme");
  if (choice === "light" || choice === "dark") document.documentElement.dataset["theme"] = choice;
} catch {
  // No storage: the system's theme.
}
