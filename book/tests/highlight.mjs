// mdBook's highlighter with the book's languages only. `npm run highlight` writes it to ../theme/highlight.js.
import hljs from "highlight.js/lib/core";
import plaintext from "highlight.js/lib/languages/plaintext";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";

for (const [name, language] of Object.entries({ plaintext, python, rust, shell })) {
    hljs.registerLanguage(name, language);
}
// The name under which mdBook calls it; the library's own function of this name complains each time.
hljs.highlightBlock = hljs.highlightElement;
window.hljs = hljs;
