"""对话 — what to do with a question: answer, offer a choice, look it up, bring a person, or decline."""
