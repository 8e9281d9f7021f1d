"""岗位接口 — every room of the domain adds its endpoints here."""

from server.http.endpoints import Endpoint
from server.jobs.applications import routes as applications
from server.jobs.catalogue import routes as catalogue
from server.jobs.fairs import routes as fairs
from server.jobs.figures import routes as figures
from server.jobs.intents import routes as intents
from server.jobs.postings import routes as postings
from server.jobs.seekers import routes as seekers

ENDPOINTS: tuple[Endpoint, ...] = (
    *catalogue.ENDPOINTS,
    *postings.ENDPOINTS,
    *seekers.ENDPOINTS,
    *fairs.ENDPOINTS,
    *intents.ENDPOINTS,
    *applications.ENDPOINTS,
    *figures.ENDPOINTS,
)
