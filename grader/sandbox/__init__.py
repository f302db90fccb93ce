"""The sandbox around code that is not trusted: namespaces, control groups, system call filters, limits."""
