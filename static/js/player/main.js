/* Starts what a step, an extra page and a relaxation script can do besides being read. */

import "../rows.js";
import "./course.js";
import { listen } from "./listen.js";
import { guide } from "./pace.js";
import { keys } from "./keys.js";

for (const box of document.querySelectorAll("[data-listen]")) listen(box);
for (const card of document.querySelectorAll("[data-pace]")) guide(card);
keys();
