"use strict";

// Swagger UI has dark colours, but puts them on only together with a bar of its own that this page does not show.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", dress);
  dress();
}
