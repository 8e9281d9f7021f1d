"""知识检查命令 — ``python -m bot.knowledge`` prints what is wrong with the files, and ends with 1 if anything is."""

import sys

from bot.knowledge.checking import check
from bot.knowledge.loading import KnowledgeFault, load_categories, load_knowledge, load_laws
from config.clock import beijing_day, utc_now


def main() -> int:
    """Print one line a problem; return how the process ends."""
    try:
        knowledge = load_knowledge()
    except KnowledgeFault as fault:
        sys.stdout.write(f"{fault}\n")
        return 1
    problems = check(knowledge, load_laws(), load_categories(), today=beijing_day(utc_now()))
    for problem in problems:
        sys.stdout.write(f"{problem.slug} · {problem.field} · {problem.sentence}\n")
    asked = sum(len(entry.askings) for entry in knowledge.entries)
    sys.stdout.write(f"{len(knowledge.entries)} 个条目，{asked} 条问法，{len(problems)} 个问题\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
