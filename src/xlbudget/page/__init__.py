"""部门预算校验.html: one page that holds the command line, Python in WebAssembly and all else that it needs."""

PAGE = "部门预算校验.html"
"""How the page is called."""
