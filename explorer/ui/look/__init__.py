"""How everything looks and what it is called: colours, icons, words, forms. Imports Qt."""
