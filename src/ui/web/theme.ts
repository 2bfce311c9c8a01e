/** Light, dark, or what the system says. `theme-start.ts` applies the choice before anything is drawn. */
import { useEffect, useState } from "preact/hooks";
import { DARK, LIGHT } from "./lib/palette";
import type { Palette } from "./lib/palette";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "firesteel.theme";
const CHANGED = "firesteel-theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
system.addEventListener("change", () => window.dispatchEvent(new Event(CHANGED)));

export function themeChoice(): ThemeChoice {
  const kept = document.documentElement.dataset["theme"];
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // Without storage (a file, a private window) the choice lasts as long as the page.
  }
  window.dispatchEvent(new Event(CHANGED));
}

function isDark(): boolean {
  const choice = themeChoice();
  return choice === "dark" || (choice === "system" && system.matches);
}

export function useTheme(): { choice: ThemeChoice; dark: boolean; palette: Palette } {
  const [state, setState] = useState(() => ({ choice: themeChoice(), dark: isDark() }));
  useEffect(() => {
    const read = () => setState({ choice: themeChoice(), dark: isDark() });
    window.addEventListener(CHANGED, read);
    return () => window.removeEventListener(CHANGED, read);
  }, []);
  return { ...state, palette: state.dark ? DARK : LIGHT };
}
