-- What the campaigns of this folder have in common. A file that says something else has its own.
return {
  email = { from_email = "hello@example.com", from_label = "Example Shop", template = template "Black Friday" },
  audience = { excluded = { list "Employees" } }, -- nobody gets a discount twice
  vars = { discount = "30 %" },
}
