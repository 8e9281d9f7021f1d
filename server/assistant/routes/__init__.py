"""助手接口 — by who asks: people, staff, and whoever keeps the knowledge."""

from server.assistant.knowledge import routes as knowledge
from server.assistant.questions import routes as questions
from server.assistant.routes import people, staff

ENDPOINTS = (
    *people.routes.endpoints,
    *staff.routes.endpoints,
    *knowledge.routes.endpoints,
    *questions.routes.endpoints,
)
